"""Counts what venues of perpetuals did to accounts in a run, for people: an observer of what they send. It knows nobody's books."""

from collections.abc import Iterable, Iterator

from seawall.api.instruments import Instrument
from seawall.api.margin import LiquidationFeeCharged, LossCovered, made_by_venue
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, OrderFilled
from seawall.api.units import Currency, Nanos, format_decimal, half_even_div
from seawall.audit.core.invariants.invariant import Watcher


class VenueClosings:
    name = "venue_closings"

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._decimals = {i.quote: i.quote_decimals for i in instruments if i.margin is not None}
        self._closed: dict[Address, dict[str, dict[AccountId, bool]]] = {}  # By venue and by what it did.
        self._moved: dict[Address, dict[tuple[str, Currency], int]] = {}
        self.sent: dict[type[Message], Watcher] = {}
        if self._decimals:
            self.sent = {OrderFilled: self._filled, LossCovered: self._covered, LiquidationFeeCharged: self._charged}
        self.delivered: dict[type[Message], Watcher] = {}

    def lines(self) -> Iterator[str]:
        for venue, closed in self._closed.items():
            said = [f"{len(accounts)} accounts by {what}" for what, accounts in closed.items()]
            moved = self._moved.get(venue, {})
            said += [f"{what} {self._shown(amount, currency)}" for (what, currency), amount in moved.items()]
            yield f"{venue.removeprefix('venue:')} closed positions of {', '.join(said)}"

    def _shown(self, amount: int, currency: Currency) -> str:
        """In hundredths."""
        return f"{format_decimal(half_even_div(amount * 100, 10 ** self._decimals[currency]), 1, 100)} {currency}"

    def _filled(self, venue: Address, fill: OrderFilled, now: Nanos) -> None:
        if what := made_by_venue(fill.client_order_id):
            self._closed.setdefault(venue, {}).setdefault(what, {})[fill.account] = True

    def _covered(self, venue: Address, covered: LossCovered, now: Nanos) -> None:
        self._add(venue, "losses covered", covered.currency, covered.amount)

    def _charged(self, venue: Address, charged: LiquidationFeeCharged, now: Nanos) -> None:
        self._add(venue, "fees to the insurance fund", charged.currency, -charged.amount)

    def _add(self, venue: Address, what: str, currency: Currency, amount: int) -> None:
        moved = self._moved.setdefault(venue, {})
        moved[what, currency] = moved.get((what, currency), 0) + amount
