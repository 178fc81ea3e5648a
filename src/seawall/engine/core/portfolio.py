"""Views over positions: exposure in money, profit and loss by strategy, venue, symbol and currency. Computed when asked, never posted."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec

from seawall.api.instruments import Instrument, InstrumentId, Symbol, Venue
from seawall.api.message import Address
from seawall.api.units import Currency
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.market import Market
from seawall.engine.core.positions import Position
from seawall.engine.core.rates import Rates

Key = TypeVar("Key")
Positions = Mapping[Address, Mapping[InstrumentId, Position]]


class ProfitAndLoss(msgspec.Struct):
    """In minor units of one currency. total = realised + unrealised - fees."""

    realised: int = 0
    unrealised: int = 0
    fees: int = 0

    @property
    def total(self) -> int:
        return self.realised + self.unrealised - self.fees


class Row(msgspec.Struct, frozen=True):
    """The profit and loss of one position, in its quote currency."""

    strategy: Address
    venue: Venue
    symbol: Symbol
    currency: Currency
    worth: int  # Quantity x mark, signed.
    result: ProfitAndLoss


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
        self._lines = [
            (exposures.by_instrument[i.id], markets[i.id], i.tick_value, i.lot_value, "" if i.quote == rates.currency else i.quote)
            for i in instruments.values()
        ]

    def gross_notional(self, added: int = 0, instrument: Instrument | None = None) -> int | None:
        """Every instrument at the largest position its working orders could lead to, in the valuation currency.

        `added` base minor units of `instrument` count on top. None: something that counts cannot be valued.
        """
        total = 0
        for exposure, market, tick_value, lot_value, foreign in self._lines:
            if exposure.reach:
                mark = market.last or market.mark()
                if not mark:
                    return None
                value = exposure.reach * mark * tick_value // lot_value
                if foreign:
                    converted = self.rates.value(Currency(foreign), value)
                    if converted is None:
                        return None
                    value = converted
                total += value
        if instrument is None:
            return total
        mark = self.markets[instrument.id].mark()
        more = self.rates.value(instrument.quote, added * mark * instrument.tick_value // instrument.lot_value) if mark else None
        return None if more is None else total + more

    def totals(self) -> tuple[int, int, int]:
        """Gross worth, net worth, profit and loss of all positions, in the valuation currency; what cannot be valued counts as nothing."""
        gross = net = profit = 0
        for row in self.rows():
            worth, result = self.rates.value(row.currency, row.worth), self.rates.value(row.currency, row.result.total)
            if worth is not None and result is not None:
                gross += abs(worth)
                net += worth
                profit += result
        return gross, net, profit

    def rows(self) -> Iterator[Row]:
        """One row a position, strategies and instruments in the order they first traded."""
        for strategy, held in self.positions.items():
            for key, position in held.items():
                instrument = self.instruments[key]
                worth = position.quantity * self.markets[key].mark() * instrument.tick_value // instrument.lot_value
                result = ProfitAndLoss(position.realised, worth - position.cost, position.fees)
                yield Row(strategy, instrument.venue, instrument.symbol, instrument.quote, worth, result)

    def by_currency(self, strategy: Address | None = None) -> dict[Currency, ProfitAndLoss]:
        """Profit and loss per quote currency, of one strategy or of all."""
        return _summed((row.currency, row.result) for row in self.rows() if strategy in (None, row.strategy))

    def by_venue(self) -> dict[tuple[Venue, Currency], ProfitAndLoss]:
        return _summed(((row.venue, row.currency), row.result) for row in self.rows())

    def by_symbol(self) -> dict[tuple[Symbol, Currency], ProfitAndLoss]:
        return _summed(((row.symbol, row.currency), row.result) for row in self.rows())

    def total(self, strategy: Address | None = None) -> int | None:
        """Profit and loss in the valuation currency; None: some currency has no rate. Fees in third currencies are taken off too."""
        total = 0
        amounts = {currency: result.total for currency, result in self.by_currency(strategy).items()}
        for address, held in self.positions.items():
            if strategy not in (None, address):
                continue
            for position in held.values():
                for currency, fee in position.other_fees.items():
                    amounts[currency] = amounts.get(currency, 0) - fee
        for currency, amount in amounts.items():
            value = self.rates.value(currency, amount)
            if value is None:
                return None
            total += value
        return total


def _summed(rows: Iterator[tuple[Key, ProfitAndLoss]]) -> dict[Key, ProfitAndLoss]:
    sums: dict[Key, ProfitAndLoss] = {}
    for key, result in rows:
        into = sums.setdefault(key, ProfitAndLoss())
        into.realised += result.realised
        into.unrealised += result.unrealised
        into.fees += result.fees
    return sums
