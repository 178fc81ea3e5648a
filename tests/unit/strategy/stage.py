"""A strategy on a small stage: its machine, prices to feed it, and what it said."""

from typing import Any

from seawall.api.instruments import define_spot, instrument_id
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Address, Envelope, Message
from seawall.api.orders import ClientOrderId, Liquidity, OrderId, OrderStatus, Side, TradeId
from seawall.api.signals import FillApplied, OrderChanged, StartStrategy
from seawall.api.units import SECOND, Money, Nanos, Price, Quantity
from seawall.runtime.codec import decode_message, encode
from seawall.runtime.machine import handle
from seawall.strategy import TradingStrategy
from seawall.strategy.core.machine import StrategyMachine

ENGINE, STRATEGY = Address("engine"), Address("strategy:test")
START = 1_700_000_000 * SECOND
INSTRUMENTS = [
    define_spot(venue, symbol, tick="0.01", lot="0.001") for symbol in ("BTC-USD", "ETH-USD") for venue in ("exchange-1", "exchange-2")
]


class Stage:
    """Delivers to one strategy. Whatever comes out must survive the journal: it is encoded and decoded on the way."""

    def __init__(self, kind: Any, config: dict[str, Any] | None = None, *, started: bool = True, seed: int = 1) -> None:
        self.kind, self.config, self.seed = kind, config or {}, seed
        self.now = Nanos(START)
        self.machine = self.fresh()
        self.said: list[Message] = []
        if started:
            self.deliver(StartStrategy())

    def fresh(self) -> StrategyMachine:
        return StrategyMachine(STRATEGY, ENGINE, self.kind, self.config, INSTRUMENTS, self.seed)

    @property
    def strategy(self) -> TradingStrategy:
        return self.machine.strategy

    def deliver(self, message: Message, after: int = 0) -> list[Message]:
        self.now = Nanos(self.now + after)
        out = handle(self.machine, message, self.now)
        assert all(type(envelope) is Envelope and envelope.target == ENGINE for envelope in out)
        messages = [decode_message(encode(envelope.message)) for envelope in out]
        self.said += messages
        return messages

    def trade(
        self, price: int, symbol: str = "BTC-USD", venue: str = "exchange-1", quantity: int = 1_000, after: int = SECOND
    ) -> list[Message]:
        instrument = instrument_id(venue, symbol)
        return self.deliver(Traded(instrument, TradeId(1), Price(price), Quantity(quantity), Side.BUY, self.now), after)

    def quote(self, bid: int, ask: int, symbol: str = "BTC-USD", venue: str = "exchange-1", after: int = SECOND) -> list[Message]:
        quote = QuoteChanged(instrument_id(venue, symbol), 1, Price(bid), Quantity(bid and 5), Price(ask), Quantity(ask and 7), self.now)
        return self.deliver(quote, after)

    def bar(self, opened: int, high: int, low: int, close: int, after: int = SECOND) -> list[Message]:
        key = instrument_id("exchange-1", "BTC-USD")
        prices = (Price(opened), Price(high), Price(low), Price(close))
        return self.deliver(BarClosed(key, self.now, Nanos(self.now + after), *prices, Quantity(10)), after)

    def fill(
        self, tag: str, quantity: int, position: int, leaves: int = 0, symbol: str = "BTC-USD", venue: str = "exchange-1"
    ) -> list[Message]:
        fill = FillApplied(
            STRATEGY, tag, ClientOrderId("1-1"), instrument_id(venue, symbol), OrderId(1), TradeId(1), Side.BUY, Price(10_000),
            Quantity(quantity), Quantity(leaves), Liquidity.TAKER, Money(100_000), "BTC", position, self.now,
        )  # fmt: skip
        return self.deliver(fill)

    def order(self, tag: str, status: OrderStatus, leaves: int = 0, reason: str = "", symbol: str = "BTC-USD") -> list[Message]:
        key = instrument_id("exchange-1", symbol)
        return self.deliver(OrderChanged(STRATEGY, tag, status, reason, ClientOrderId("1-1"), key, Quantity(leaves)))
