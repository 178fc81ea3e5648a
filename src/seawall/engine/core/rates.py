"""Exchange rates between currencies, from the marks of the markets the engine sees. A view: used for limits and reports, never posted."""

from collections.abc import Mapping, Sequence

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.units import Currency, ceil_div, half_even_div
from seawall.engine.core.market import Market

Rate = tuple[int, int]  # Minor units of the valuation currency = minor units x first // second.
Leg = tuple[Instrument, Market, bool]  # True: from base to quote.

MAX_LEGS = 3


class Rates:
    """`currency` is what everything is valued in. `parity` names currencies that count as equal to it while no market says otherwise."""

    def __init__(
        self,
        currency: Currency,
        instruments: Sequence[Instrument],
        markets: Mapping[InstrumentId, Market],
        parity: Sequence[Currency] = (),
    ) -> None:
        self.currency = currency
        self.decimals: dict[Currency, int] = {}
        for instrument in instruments:
            self.decimals[instrument.base] = instrument.base_decimals
            self.decimals[instrument.quote] = instrument.quote_decimals
        self.decimals.setdefault(currency, 8)
        self._parity = tuple(parity)
        spot = [instrument for instrument in instruments if instrument.margin is None]  # A perpetual exchanges nothing.
        self._paths = {c: _paths(c, currency, spot, markets) for c in self.decimals}

    def rate(self, currency: Currency) -> Rate | None:
        """The market's rate, or parity where that was agreed; None: there is none."""
        rate = self.market_rate(currency)
        if rate is None and currency in self._parity and currency in self.decimals:
            return 10 ** self.decimals[self.currency], 10 ** self.decimals[currency]
        return rate

    def market_rate(self, currency: Currency) -> Rate | None:
        """The rate by the first path (fewest legs, then the instruments' order) whose markets all have a price; None: there is none."""
        if currency == self.currency:
            return (1, 1)
        for path in self._paths.get(currency, ()):
            numerator = denominator = 1
            for instrument, market, forward in path:
                over, under = market.mark() * instrument.tick_value, instrument.lot_value
                if not forward:
                    over, under = under, over
                numerator *= over
                denominator *= under
            if numerator and denominator:
                return numerator, denominator
        return None

    def value(self, currency: Currency, amount: int) -> int | None:
        """Minor units in the valuation currency, rounded once, half-even; None: no rate."""
        if currency == self.currency:
            return amount
        rate = self.rate(currency)
        return None if rate is None else half_even_div(amount * rate[0], rate[1])

    def upper_value(self, currency: Currency, amount: int) -> int | None:
        """The same rounded up: what limits compare. They are whole numbers, so nothing that is worth more than a limit passes it, and
        nothing is refused that is not."""
        if currency == self.currency:
            return amount
        rate = self.rate(currency)
        return None if rate is None else ceil_div(amount * rate[0], rate[1])

    def of_whole_units(self) -> dict[Currency, Rate]:
        """The rate of every currency that has one, between whole units instead of minor ones."""
        one = int(10 ** self.decimals[self.currency])
        found = {currency: self.rate(currency) for currency in self.decimals}
        return {c: (rate[0] * int(10 ** self.decimals[c]), rate[1] * one) for c, rate in found.items() if rate is not None}

    def as_float(self, amount: int) -> float:
        """Minor units of the valuation currency to whole ones, for people."""
        return amount / int(10 ** self.decimals[self.currency])


def _paths(start: Currency, goal: Currency, instruments: Sequence[Instrument], markets: Mapping[InstrumentId, Market]) -> list[list[Leg]]:
    """All ways from one currency to another over at most MAX_LEGS markets and no currency twice, shortest first."""
    found: list[list[Leg]] = []
    frontier: list[tuple[Currency, tuple[Currency, ...], list[Leg]]] = [(start, (start,), [])]
    for _ in range(MAX_LEGS):
        further = []
        for here, seen, path in frontier:
            for instrument in instruments:
                if here == instrument.base:
                    there, forward = instrument.quote, True
                elif here == instrument.quote:
                    there, forward = instrument.base, False
                else:
                    continue
                if there in seen:
                    continue
                longer = [*path, (instrument, markets[instrument.id], forward)]
                if there == goal:
                    found.append(longer)
                else:
                    further.append((there, (*seen, there), longer))
        frontier = further
    return found
