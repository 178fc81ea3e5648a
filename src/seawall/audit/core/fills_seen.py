"""Which fills of which machine's accounts the venues have told of: as they happened, or later in an answer to a query."""

from collections.abc import Iterator, Sequence

from seawall.api.accounts import FillsReported, OpenAccount
from seawall.api.instruments import InstrumentId
from seawall.api.message import Address
from seawall.api.orders import AccountId, OrderFilled, TradeId


class FillsSeen:
    """Only accounts of `owners` are followed."""

    def __init__(self, owners: Sequence[Address]) -> None:
        self._owners = tuple(owners)
        self._owner_of: dict[tuple[Address, AccountId], Address] = {}
        self._last: dict[tuple[Address, AccountId, InstrumentId], TradeId] = {}

    def opened(self, venue: Address, command: OpenAccount) -> None:
        if command.owner in self._owners:
            self._owner_of.setdefault((venue, command.account), command.owner)

    def filled(self, venue: Address, fill: OrderFilled) -> Address | None:
        """Takes note of a fill. Returns whose it is, if that is one of the owners."""
        owner = self._owner_of.get((venue, fill.account))
        if owner is not None:
            self._last[(venue, fill.account, fill.instrument)] = fill.trade_id
        return owner

    def reported(self, venue: Address, report: FillsReported) -> Iterator[tuple[Address, OrderFilled]]:
        """The fills in the answer that nobody had been told of, and whose they are."""
        owner = self._owner_of.get((venue, report.account))
        if owner is None:
            return
        key = (venue, report.account, report.instrument)
        last = self._last.get(key, 0)
        for fill in report.fills:
            if fill.trade_id > last:
                self._last[key] = fill.trade_id
                yield owner, fill
