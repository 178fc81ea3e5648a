"""What it takes to put traders into a market: where they trade, with how much, and whom they hear. Each kind's settings make its hires."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from seawall.api.instruments import Instrument, Symbol, Venue
from seawall.api.message import Address
from seawall.api.orders import AccountId
from seawall.api.units import Currency, Money, Price, Quantity
from seawall.market_data.core.figures import WORTH

Seeds = Callable[[], int]  # One for each machine that wants chance, in the order of the machines.


class Hire(msgspec.Struct, frozen=True):
    address: Address
    build: Callable[[], Any]  # The machine as it is before its first message.
    subscribes: tuple[Address, ...]
    accounts: dict[Venue, AccountId]
    deposits: dict[Venue, dict[Currency, Money]]


class Stage(msgspec.Struct, frozen=True):
    """A market as traders find it on the first day."""

    instruments: tuple[Instrument, ...]
    openings: dict[Currency, int]  # Worth of the assets; other currencies are worth one.
    prices: Address  # Of the price source.
    decimals: int  # Of every currency.

    def chosen(self, venues: Sequence[Venue], symbols: Sequence[Symbol]) -> dict[Venue, list[Instrument]]:
        """By venue; none named means all."""
        found: dict[Venue, list[Instrument]] = {}
        for instrument in self.instruments:
            if (not venues or instrument.venue in venues) and (not symbols or instrument.symbol in symbols):
                found.setdefault(instrument.venue, []).append(instrument)
        return found

    def worth(self, currency: Currency) -> int:
        return self.openings.get(currency, WORTH)

    def money(self, currency: Currency, amount: int) -> Money:
        """So much of the unit of account, in minor units of the currency, at the opening."""
        return Money(amount * 10**self.decimals // self.worth(currency))

    def ticks(self, instrument: Instrument, share: int = 1, of: int = 1) -> Price:
        """A share of the opening price; at least one tick."""
        worth = self.worth(instrument.base) * instrument.price_scale * share
        return Price(max(1, worth // (self.worth(instrument.quote) * instrument.tick * of)))

    def lots(self, instrument: Instrument, amount: int) -> Quantity:
        """At least one."""
        return Quantity(max(1, self.money(instrument.base, amount) // instrument.lot_value))

    def wealth(self, venue: Venue, amount: int) -> dict[Currency, Money]:
        """That much in each currency of the venue. Perpetuals move no coins, only money."""
        listed = [instrument for instrument in self.instruments if instrument.venue == venue]
        currencies = dict.fromkeys(c for i in listed for c in ((i.quote,) if i.margin is not None else (i.base, i.quote)))
        return {currency: self.money(currency, amount) for currency in currencies}


def trader_address(name: str, venue: Venue | None = None) -> Address:
    return Address(f"trader:{name}-{venue}" if venue is not None else f"trader:{name}")
