"""The paper fallback: while a venue has not been live for too long, strategies that opted in trade there on paper.

A paper order passes all checks but those about the venue, with real and paper positions together, and fills at once and whole at a fresh
price, as a taker, or not at all. It touches no order, position, exposure or money; only what counts a strategy's conduct counts it. When
the venue is live again the paper account is valued, told and forgotten.
"""

from typing import TYPE_CHECKING

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Venue
from seawall.api.message import Address, Envelope
from seawall.api.orders import OrderStatus, OrderType, Side
from seawall.api.paper import PaperEnded, PaperFilled, PaperStarted
from seawall.api.projections import PROJECTIONS
from seawall.api.signals import OrderChanged
from seawall.api.units import PPB, Money, Nanos, Price
from seawall.engine.core.answers import refuse
from seawall.engine.core.checks import CHECKS
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.intent import Intent
from seawall.engine.core.outages import Outage, fresh_touch, together
from seawall.engine.core.parts.part import Part
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.positions import Position
from seawall.engine.core.venues.state import SessionStatus

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

NOW = Nanos(0)
OF_THE_VENUE = ("venue_live", "venue_breaker", "venue_budget", "market_halted", "stale_data")
AT_ONCE = (OrderType.MARKET, OrderType.LIMIT)
NEVER_RESTS = "on paper: an order fills at once or not at all"


class Paper(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.engine, self.outages, self.after = engine, engine.state.outages, engine.limits.paper_after

    def deadline(self) -> Nanos | None:
        if self.after is None:
            return NOW if self.outages else None
        at: Nanos | None = None
        for venue, session in self.engine.session_of.items():
            outage, live = self.outages.get(venue), session.state.status is SessionStatus.LIVE
            if live is (outage is not None):
                return NOW
            if outage is not None and not outage.paper_since:
                begins = Nanos(outage.since + self.after)
                at = begins if at is None or begins < at else at
        return at

    def on_time(self, now: Nanos) -> list[Envelope]:
        if self.after is None and not self.outages:
            return []
        out: list[Envelope] = []
        for venue, session in self.engine.session_of.items():
            if session.state.status is SessionStatus.LIVE or self.after is None:
                out += self._end(venue, now)
                continue
            outage = self.outages.setdefault(venue, Outage(now))
            if not outage.paper_since and now - outage.since >= self.after:
                outage.paper_since = now
                out += self._tell([PaperStarted(strategy, venue, session.state.status) for strategy in self._willing()])
        return out

    def take(self, intent: Intent, now: Nanos) -> list[Envelope]:
        """Of an order that the gate has refused. Nothing: it is none for paper, and stays refused."""
        instrument, account, side = intent.instrument, intent.account, intent.side
        outage = self.outages.get(instrument.venue)
        if outage is None or not outage.paper_since or not account.paper or intent.closing:
            return []
        found = self._price(instrument, side, now)
        if found is None:
            return []
        price, source = found
        worth = (intent.price or price) * intent.quantity * instrument.tick_value
        intent = msgspec.structs.replace(intent, reference_price=price, notional=worth)
        desk = _PaperDesk(self.engine)
        made = [make(desk, instrument) for make in CHECKS if make.__name__ not in OF_THE_VENUE]
        refusals = [refusal for check in made if check is not None and (refusal := check(intent, now)) is not None]
        if refusals:
            return refuse(intent, refusals) + self.engine.breakers.refused(account, refusals, now)
        self._count(intent, now)
        crosses = not intent.price or (intent.price >= price if side is Side.BUY else intent.price <= price)
        if intent.order_type not in AT_ONCE or intent.terms is not None or not crosses:
            return [Envelope(account.address, OrderChanged(account.address, intent.tag, OrderStatus.EXPIRED, NEVER_RESTS))]
        own = outage.positions.setdefault(account.address, {}).setdefault(instrument.id, Position())
        fee = Money(-(-price * intent.quantity * instrument.tick_value * max(instrument.taker_fee_ppb, 0) // PPB))
        own.apply_fill(instrument, side, price, intent.quantity, fee, instrument.quote)
        held = together(self.engine.state.positions, self.outages)[account.address][instrument.id].quantity
        filled = PaperFilled(
            account.address, intent.tag, instrument.id, side, price, intent.quantity, fee, instrument.quote, held, source, now
        )  # fmt: skip
        return self._tell([filled])

    def standing(self, now: Nanos) -> list[PaperEnded]:
        """What would be told if all venues came back now."""
        return [ended for venue in self.outages for ended in self._results(venue, now)]

    def _end(self, venue: Venue, now: Nanos) -> list[Envelope]:
        out = self._tell(self._results(venue, now))
        self.outages.pop(venue, None)
        return out

    def _results(self, venue: Venue, now: Nanos) -> list[PaperEnded]:
        outage = self.outages.get(venue)
        if outage is None or not outage.paper_since:
            return []
        state, found = self.engine.state, []
        for strategy in dict.fromkeys([*self._willing(), *outage.positions]):
            own = outage.positions.get(strategy, {})
            real = {key: state.positions.get(strategy, {}).get(key, Position()).quantity for key in own}
            fills = sum(position.fills for position in own.values())
            found.append(PaperEnded(strategy, venue, outage.paper_since, fills, self._profit(own, now), real))
        return found

    def _profit(self, own: dict[InstrumentId, Position], now: Nanos) -> Money | None:
        """Of paper fills, what is open valued as it would fill now, or else at the mark. None: something has no price or no rate."""
        total = 0
        for key, position in own.items():
            instrument, result = self.engine.booking.instruments[key], position.cash()
            if position.quantity:
                found = self._price(instrument, Side.SELL if position.quantity > 0 else Side.BUY, now)
                price = found[0] if found is not None else self.engine.state.markets[key].mark()
                if not price:
                    return None
                result += position.quantity * price * instrument.tick_value // instrument.lot_value
            value = self.engine.rates.value(instrument.quote, result)
            if value is None:
                return None
            total += value
        return Money(total)

    def _price(self, instrument: Instrument, side: Side, now: Nanos) -> tuple[Price, InstrumentId] | None:
        oldest = now - (self.engine.limits.max_price_age or 0)
        return fresh_touch(instrument, side, self.engine.sizing.by_symbol[instrument.symbol], self.engine.state.markets, oldest)

    def _count(self, intent: Intent, now: Nanos) -> None:
        """Conduct is conduct, on paper too."""
        limits, account = self.engine.limits, intent.account
        account.note_sent(now, limits.max_orders)
        account.remember(intent.instrument.id, intent.side, intent.quantity, intent.price or Price(0), now, limits)
        if limits.max_messages is not None:
            account.note_message(now, limits.max_messages)

    def _willing(self) -> list[Address]:
        return [account.address for account in self.engine.state.strategies.values() if account.paper and account.running]

    @staticmethod
    def _tell(news: "list[PaperStarted] | list[PaperFilled] | list[PaperEnded]") -> list[Envelope]:
        return [Envelope(target, each) for each in news for target in (each.strategy, PROJECTIONS)]


class _PaperDesk:
    """What checks look at: the real desk, but for positions and what is made of them."""

    def __init__(self, engine: "Engine") -> None:
        state, instruments = engine.state, engine.booking.instruments
        positions = together(state.positions, state.outages)
        self.limits, self.orders, self.rates = engine.limits, engine.orders, engine.rates
        self.session_of, self.settings, self.margins = engine.session_of, engine.settings, engine.margins
        self.state = msgspec.structs.replace(state, positions=positions)
        self.exposures = Exposures(instruments.values(), by_strategy=True)
        self.exposures.rebuild(positions, state.orders.values())
        self.portfolio = Portfolio(instruments, state.markets, positions, self.exposures, engine.rates)
