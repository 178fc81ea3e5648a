"""Views over positions: exposure in money, profit and loss by strategy, venue, symbol and currency. Computed when asked, never posted.

Profit and loss is summed exactly and rounded once, half-even. What limits compare is rounded up: a limit errs on the safe side. What has
no price or no rate is worth neither nothing nor what it cost: it is unknown, and every view says so.
"""

from collections.abc import Callable, Iterator, Mapping
from math import lcm
from typing import TypeVar

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue
from seawall.api.message import Address
from seawall.api.units import Currency, Nanos, half_even_div
from seawall.engine.core.exposure import Exposure, Exposures
from seawall.engine.core.intent import Intent
from seawall.engine.core.market import Market
from seawall.engine.core.positions import Position
from seawall.engine.core.rates import Rates

Key = TypeVar("Key")
Positions = Mapping[Address, Mapping[InstrumentId, Position]]
Amounts = dict[Currency, int]
Line = tuple[Exposure, Market, int, Currency | None]  # Parts of a minor unit per tick; the quote currency where it is not the valuation's.
# Worth of the intent's symbol, of all others, of all (None: unknown), and by how much the reach of its instrument grows.
Stake = tuple[int | None, int | None, int | None, int]
_NOTHING: Stake = (0, 0, 0, 0)


class ProfitAndLoss(msgspec.Struct, frozen=True):
    """In minor units of one currency. total = realised + unrealised - fees + carried. None: something in it has no price."""

    realised: int
    unrealised: int | None
    fees: int
    carried: int = 0  # Of perpetuals: funding, liquidation fees, covered losses.

    @property
    def total(self) -> int | None:
        return None if self.unrealised is None else self.realised + self.unrealised - self.fees + self.carried


class Row(msgspec.Struct, frozen=True):
    """The profit and loss of one position, in its quote currency."""

    strategy: Address
    venue: Venue
    symbol: Symbol
    currency: Currency
    worth: int | None  # Quantity x mark, signed. None: there is no mark.
    result: ProfitAndLoss


class Totals(msgspec.Struct, frozen=True):
    """All positions, in the valuation currency. What is quoted in a currency of `unrated`, and any fee paid in one, is left out of it."""

    gross: int
    net: int
    profit: int
    unpriced: tuple[InstrumentId, ...]  # Held, and without a price: left out as well.
    unrated: tuple[Currency, ...]


class _Sum:
    """Amounts in minor units of one currency; worth in parts of a minor unit, so that it stays whole and nothing is rounded on the way."""

    __slots__ = ("carried", "cost", "fees", "realised", "unpriced", "worth")

    def __init__(self) -> None:
        self.realised = self.cost = self.fees = self.worth = self.carried = 0
        self.unpriced = False

    def add(self, position: Position, worth: int | None) -> None:
        self.realised += position.realised
        self.cost += position.cost
        self.fees += position.fees
        self.carried += position.carried
        if worth is None:
            self.unpriced = True
        else:
            self.worth += worth

    def rounded(self, parts: int) -> ProfitAndLoss:
        unrealised = None if self.unpriced else half_even_div(self.worth, parts) - self.cost
        return ProfitAndLoss(self.realised, unrealised, self.fees, self.carried)


class Portfolio:
    def __init__(
        self,
        instruments: Mapping[InstrumentId, Instrument],
        markets: Mapping[InstrumentId, Market],
        positions: Positions,
        exposures: Exposures,
        rates: Rates,
    ) -> None:
        self.instruments = instruments
        self.markets = markets
        self.positions = positions
        self.exposures = exposures
        self.rates = rates
        self._parts = lcm(*(i.lot_value for i in instruments.values()))  # Of a minor unit: every worth is a whole number of them.
        self._parts_per_tick = {i.id: i.tick_value * self._parts // i.lot_value for i in instruments.values()}
        self._lines: dict[InstrumentId, Line] = {
            i.id: (exposures.by_instrument[i.id], markets[i.id], self._parts_per_tick[i.id], self._foreign(i)) for i in instruments.values()
        }
        self._all = list(self._lines.values())
        self._stakes: dict[InstrumentId, Callable[[Intent, Nanos], Stake]] = {}

    def gross_notional(self, widened: Exposure | None = None, more: int = 0) -> int | None:
        """Every instrument at the largest position its working orders could lead to, in the valuation currency. For limits: rounded up.

        `more` base minor units count on top of the exposure `widened`. None: something that counts cannot be valued.
        """
        return self._worth(self._all, widened, more)

    def stake_in(self, instrument: Instrument) -> Callable[[Intent, Nanos], Stake]:
        """What would be at stake with an intent in this instrument working too. Several checks of one review ask: it is worked out once."""
        if instrument.id in self._stakes:
            return self._stakes[instrument.id]
        sides: tuple[list[Line], list[Line]] = [], []
        for key, line in self._lines.items():
            sides[self.instruments[key].symbol != instrument.symbol].append(line)
        (own, others), widened, worth = sides, self.exposures.by_instrument[instrument.id], self._worth
        seen: Intent | None = None
        seen_at, latest = Nanos(0), _NOTHING

        def stake(intent: Intent, now: Nanos) -> Stake:
            nonlocal seen, seen_at, latest
            if intent is not seen or now != seen_at:
                seen, seen_at, latest = intent, now, _NOTHING
                more = widened.reach_with(intent.side, intent.amount) - widened.reach
                if more > 0:
                    mine, rest = worth(own, widened, more), worth(others)
                    latest = mine, rest, None if mine is None or rest is None else mine + rest, more
            return latest

        self._stakes[instrument.id] = stake
        return stake

    def worth_of(self, key: InstrumentId, amount: int) -> int | None:
        """Base minor units of an instrument in the valuation currency, rounded up; None: it cannot be valued."""
        instrument, mark = self.instruments[key], self.markets[key].mark()
        if not mark:
            return None
        return self.rates.upper_value(instrument.quote, -(-amount * mark * instrument.tick_value // instrument.lot_value))

    def worth_of_all(self, exposures: Mapping[InstrumentId, Exposure], widened: InstrumentId, more: int) -> int | None:
        """Their reach, one of them widened by `more` base minor units, in the valuation currency, rounded up; None: not all has a price."""
        total = foreign_total = 0
        for key, (_, market, parts, foreign) in self._lines.items():
            exposure = exposures.get(key)
            if exposure is not None or key == widened:
                reach = (exposure.reach if exposure is not None else 0) + (more if key == widened else 0)
                worth = reach * (market.last or market.mark()) * parts
                if foreign is None and worth:
                    total += worth
                elif reach:
                    converted = self._converted(foreign, worth) if foreign is not None and worth else None
                    if converted is None:
                        return None
                    foreign_total += converted
        return -(-total // self._parts) + foreign_total

    def totals(self) -> Totals:
        """Gross worth, net worth, profit and loss of all that can be valued, and the names of what cannot."""
        gross: Amounts = {}
        net: Amounts = {}
        profit: Amounts = {}
        unpriced: dict[InstrumentId, bool] = {}
        for _, instrument, position, worth in self._held():
            if worth is None:
                unpriced[instrument.id] = True
                continue
            quote = instrument.quote
            gross[quote] = gross.get(quote, 0) + abs(worth)
            net[quote] = net.get(quote, 0) + worth
            self._add_profit(profit, quote, position, worth)
        unrated = self._unrated(gross, profit)
        for currency in unrated:
            for amounts in (gross, net, profit):
                amounts.pop(currency, None)
        return Totals(self._value(gross), self._value(net), self._value(profit), tuple(unpriced), unrated)

    def rows(self) -> Iterator[Row]:
        """One row a position, strategies and instruments in the order they first traded."""
        for strategy, instrument, position, worth in self._held():
            of_one = _Sum()
            of_one.add(position, worth)
            rounded = None if worth is None else half_even_div(worth, self._parts)
            yield Row(strategy, instrument.venue, instrument.symbol, instrument.quote, rounded, of_one.rounded(self._parts))

    def by_currency(self, strategy: Address | None = None) -> dict[Currency, ProfitAndLoss]:
        """Profit and loss per quote currency, of one strategy or of all. Without fees paid in third currencies, as the next two."""
        return self._summed(lambda instrument: instrument.quote, strategy)

    def by_venue(self) -> dict[tuple[Venue, Currency], ProfitAndLoss]:
        return self._summed(lambda instrument: (instrument.venue, instrument.quote))

    def by_symbol(self) -> dict[tuple[Symbol, Currency], ProfitAndLoss]:
        return self._summed(lambda instrument: (instrument.symbol, instrument.quote))

    def total(self, strategy: Address | None = None) -> int | None:
        """Profit and loss in the valuation currency, fees in third currencies too; None: something has no price, or no rate."""
        amounts: Amounts = {}
        for _, instrument, position, worth in self._held(strategy):
            if worth is None:
                return None
            self._add_profit(amounts, instrument.quote, position, worth)
        return None if self._unrated(amounts) else self._value(amounts)

    def _worth(self, lines: list[Line], widened: Exposure | None = None, more: int = 0) -> int | None:
        """All reaches, one of them wider by `more`, in the valuation currency, rounded up. None: something of it cannot be valued."""
        total = foreign_total = 0
        for exposure, market, parts, foreign in lines:
            reach = exposure.reach + more if exposure is widened else exposure.reach
            worth = reach * (market.last or market.mark()) * parts
            if worth and foreign is None:
                total += worth
            elif reach:
                converted = self._converted(foreign, worth) if worth and foreign is not None else None
                if converted is None:
                    return None
                foreign_total += converted
        return -(-total // self._parts) + foreign_total  # ceil_div, without the call.

    def _foreign(self, instrument: Instrument) -> Currency | None:
        return None if instrument.quote == self.rates.currency else instrument.quote

    def _converted(self, currency: Currency, worth: int) -> int | None:
        """Parts of a minor unit to minor units of the valuation currency, rounded up."""
        return self.rates.upper_value(currency, -(-worth // self._parts))

    def _held(self, strategy: Address | None = None) -> Iterator[tuple[Address, Instrument, Position, int | None]]:
        """Every position and its worth in parts of a quote minor unit; None: it has no price."""
        for address, held in self.positions.items():
            if strategy in (None, address):
                for key, position in held.items():
                    mark = self.markets[key].mark() if position.quantity else 0
                    worth = position.quantity * mark * self._parts_per_tick[key] if mark or not position.quantity else None
                    yield address, self.instruments[key], position, worth

    def _add_profit(self, amounts: Amounts, quote: Currency, position: Position, worth: int) -> None:
        """In parts of minor units."""
        amounts[quote] = amounts.get(quote, 0) + worth + position.cash() * self._parts
        for currency, fee in position.other_fees.items():
            amounts[currency] = amounts.get(currency, 0) - fee * self._parts

    def _unrated(self, *several: Amounts) -> tuple[Currency, ...]:
        """The currencies without a rate of which there is any amount."""
        there = dict.fromkeys(currency for amounts in several for currency, amount in amounts.items() if amount)
        return tuple(currency for currency in there if self.rates.rate(currency) is None)

    def _value(self, amounts: Amounts) -> int:
        """Parts of minor units, of all currencies together, to minor units of the valuation currency: the one rounding."""
        over, under = 0, 1
        for currency, amount in amounts.items():
            if amount:
                rate = self.rates.rate(currency)
                assert rate is not None, f"{currency} has no rate"
                over, under = over * rate[1] + amount * rate[0] * under, under * rate[1]
        return half_even_div(over, under * self._parts)

    def _summed(self, key_of: Callable[[Instrument], Key], strategy: Address | None = None) -> dict[Key, ProfitAndLoss]:
        sums: dict[Key, _Sum] = {}
        for _, instrument, position, worth in self._held(strategy):
            sums.setdefault(key_of(instrument), _Sum()).add(position, worth)
        return {key: each.rounded(self._parts) for key, each in sums.items()}
