"""One trader and a real exchange across a table: what one says the other hears at once, unless the test loses it."""

from collections import deque
from collections.abc import Callable

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.message import PUBLIC, Address, Envelope, Message
from seawall.api.orders import AccountId, Side
from seawall.api.units import SECOND, Currency, Money, Nanos
from seawall.exchange.core.machine import Exchange
from seawall.runtime.machine import Machine, handle

VENUE, TRADER = Address("venue:alpha"), Address("trader:one")
ACCOUNT = AccountId("one")
INSTRUMENT = define_spot("alpha", "BTC-USDT", tick="1", lot="0.001", base_decimals=3, quote_decimals=3)
RICH = {Currency("BTC"): Money(1_000_000), Currency("USDT"): Money(100_000_000_000)}


class Table:
    def __init__(self, trader: Machine, deposits: dict[Currency, Money] = RICH) -> None:
        self.trader = trader
        self.exchange = Exchange(VENUE, [INSTRUMENT])
        self.now = Nanos(SECOND)
        self.said: list[Message] = []  # By the trader, lost or not.
        self.heard: list[Message] = []
        self.loses: Callable[[Message], bool] = lambda message: False
        self.tell(VENUE, OpenAccount(ACCOUNT, TRADER, deposits))

    def tell(self, to: Address, message: Message) -> None:
        """Delivers a message and all that follows from it."""
        waiting = deque([Envelope(to, message)])
        while waiting:
            envelope = waiting.popleft()
            to_venue = envelope.target == VENUE
            if envelope.target == PUBLIC:
                envelope = Envelope(TRADER, envelope.message)
            if envelope.target == TRADER:
                self.heard.append(envelope.message)
            out = handle(self.exchange if to_venue else self.trader, envelope.message, self.now)
            if not to_venue:
                self.said += [said.message for said in out]
            waiting.extend(said for said in out if not self.loses(said.message))

    def pass_time(self, ns: int) -> list[Message]:
        """Lets time pass with every Tick the trader asks for. Returns what it said."""
        from seawall.api.message import Tick

        before = len(self.said)
        until = self.now + ns
        while (deadline := self.trader.deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self.tell(TRADER, Tick())
        self.now = Nanos(until)
        return self.said[before:]

    def book(self) -> str:
        """Asks above bids, the best in the middle: `price quantity`."""
        book = self.exchange._floor.listings[INSTRUMENT.id].book
        asks, bids = (list(book.depth(side)) for side in (Side.SELL, Side.BUY))
        lines = [f"{price} {quantity}" for price, quantity in reversed(asks)]
        return "\n".join([*lines, "--", *(f"{price} {quantity}" for price, quantity in bids)])
