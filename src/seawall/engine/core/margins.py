"""Whether an account at a venue of perpetuals can carry what it holds and wants, worked out from our own books and the venue's marks.

equity       wallet + unrealised profit and loss, at the mark; the wallet is what the account opened with and what is booked since
maintenance  of what is held: below it the venue closes positions
initial      of the largest position that working orders could lead to: what they may not take from the equity is free

The formulas are those the venue publishes, and this is not the venue's code: when its figures differ, one of us is wrong.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from seawall.api.instruments import Instrument, InstrumentId, MarginTier, Venue
from seawall.api.units import BASIS_POINTS, PPB, Currency, ceil_div
from seawall.engine.core.booking import Booking
from seawall.engine.core.exposure import Exposure
from seawall.engine.core.market import Market
from seawall.engine.core.venues.session import VenueSession


class PositionMargin(NamedTuple):
    instrument: Instrument
    lots: int
    mark: int
    unrealised: int
    maintenance: int
    liquidation_price: int  # In ticks, all else unchanged and in the present tier; 0: none.


class MarginView(NamedTuple):
    """One account in one currency, in its minor units."""

    venue: Venue
    currency: Currency
    equity: int
    maintenance: int
    initial: int
    notional: int
    positions: tuple[PositionMargin, ...]

    @property
    def available(self) -> int:
        return max(0, self.equity - self.initial)

    @property
    def ratio_bps(self) -> int | None:
        """Maintenance as a share of equity: the venue closes positions at 10,000. None: there is no equity."""
        return ceil_div(self.maintenance * BASIS_POINTS, self.equity) if self.equity > 0 else None

    @property
    def leverage_bps(self) -> int | None:
        return self.notional * BASIS_POINTS // self.equity if self.equity > 0 else None


class Margins:
    def __init__(
        self,
        booking: Booking,
        markets: Mapping[InstrumentId, Market],
        exposures: Mapping[InstrumentId, Exposure],
        sessions: Iterable[VenueSession],
    ) -> None:
        self._booking, self._markets, self._exposures = booking, markets, exposures
        self._sessions = {session.settings.venue: session for session in sessions if session.perpetuals}
        self._listed: dict[tuple[Venue, Currency], list[Instrument]] = {}
        for instrument in booking.instruments.values():
            if instrument.margin is not None and instrument.venue in self._sessions:
                self._listed.setdefault((instrument.venue, instrument.quote), []).append(instrument)

    def views(self) -> list[MarginView]:
        """Of every account whose money and marks are known."""
        return [view for venue, currency in self._listed if (view := self.view(venue, currency)) is not None]

    def uses(self) -> Iterator[tuple[Venue, Currency, int, int, int]]:
        """Of every account with a position: initial and maintenance margin and notional, in basis points of its equity."""
        for view in self.views():
            if view.positions and view.equity > 0:
                shares = (amount * BASIS_POINTS // view.equity for amount in (view.initial, view.maintenance, view.notional))
                yield (view.venue, view.currency, *shares)  # type: ignore[misc]

    def view(
        self,
        venue: Venue,
        currency: Currency,
        marks: Mapping[InstrumentId, int] | None = None,
        widened: InstrumentId | None = None,
        reach: int = 0,
    ) -> MarginView | None:
        """At our marks, or at others; with one instrument's reach (base minor units) as it would be. None: the account's money, or the mark
        of something that counts, is not known yet."""
        opening = self._sessions[venue].state.opening
        if opening is None:
            return None
        equity = opening.get(currency, 0) + self._booking.balance_changes(venue).get(currency, 0)
        initial = notional = 0
        found: list[tuple[Instrument, int, int, int]] = []
        for instrument in self._listed[venue, currency]:
            key = instrument.id
            lots, cost = self._held(key)
            widest = reach if key == widened else self._exposures[key].reach
            if not lots and not widest:
                continue
            mark = self.mark(key) if marks is None else marks.get(key, 0)
            if not mark:
                return None
            initial += _initial(instrument, widest // instrument.lot_value * mark * instrument.tick_value)
            if lots:
                worth = lots * mark * instrument.tick_value
                equity += worth - cost
                notional += abs(worth)
                found.append((instrument, lots, mark, worth - cost))
        needs = [_maintenance(instrument, abs(lots) * mark * instrument.tick_value) for instrument, lots, mark, _ in found]
        maintenance = sum(needs)
        positions = tuple(
            PositionMargin(*position, need, _liquidation_price(position[0], position[1], position[2], equity - maintenance))
            for position, need in zip(found, needs, strict=True)
        )
        return MarginView(venue, currency, equity, maintenance, initial, notional, positions)

    def mark(self, key: InstrumentId) -> int:
        """The venue's own; where it tells none (a recording), the middle of the quote, else the last price."""
        market = self._markets[key]
        if market.venue_mark:
            return market.venue_mark
        return (market.bid + market.ask) // 2 if market.bid and market.ask else market.last

    def _held(self, key: InstrumentId) -> tuple[int, int]:
        """Lots and cost of all strategies together."""
        position = self._booking.netted.get(key)
        return (0, 0) if position is None else (position.quantity // self._booking.instruments[key].lot_value, position.cost)


def _tier(instrument: Instrument, notional: int) -> MarginTier:
    """Beyond the last one, the last."""
    assert instrument.margin is not None, "only perpetuals have margin"
    tiers = instrument.margin.tiers
    return next((tier for tier in tiers if not tier.max_notional or notional <= tier.max_notional), tiers[-1])


def _initial(instrument: Instrument, notional: int) -> int:
    return ceil_div(notional * _tier(instrument, notional).initial_ppb, PPB)


def _maintenance(instrument: Instrument, notional: int) -> int:
    tier = _tier(instrument, notional)
    return max(0, ceil_div(notional * tier.maintenance_ppb, PPB) - tier.deduction)


def _liquidation_price(instrument: Instrument, lots: int, mark: int, room: int) -> int:
    """Where equity and maintenance meet: each tick against the position takes its worth, and changes what it needs."""
    worth, rate = abs(lots) * instrument.tick_value, _tier(instrument, abs(lots) * mark * instrument.tick_value).maintenance_ppb
    if lots > 0:
        return max(0, mark - room * PPB // (worth * (PPB - rate)))
    return max(0, mark + ceil_div(room * PPB, worth * (PPB + rate)))
