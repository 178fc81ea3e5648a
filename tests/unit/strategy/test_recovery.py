"""Cut a strategy's journal anywhere: snapshot plus replay equals running straight through, in outputs and in the bytes of the state."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Message, Restarted, Tick
from seawall.api.orders import ClientOrderId, Liquidity, OrderId, OrderStatus, Side, TradeId
from seawall.api.signals import (
    BreachReported,
    BreachType,
    FillApplied,
    OrderChanged,
    StartStrategy,
    StopStrategy,
)
from seawall.api.units import MINUTE, Currency, Money, Nanos, Price, Quantity
from seawall.runtime.codec import encode
from seawall.runtime.machine import handle, restore, snapshot
from seawall.strategy import MarketSignal, OrderFill, PriceUpdate, TradingStrategy
from tests.unit.strategy.stage import INSTRUMENTS, START, STRATEGY, Stage

KEYS = st.sampled_from([instrument.id for instrument in INSTRUMENTS])
TAGS = st.sampled_from(["order-1", "order-2", "order-3", "mine", "mine#4", "never"])


class Busy(TradingStrategy):
    """Uses everything that must survive: numbers, names, times, prices, positions, and a memory of its own."""

    TIMER_SECONDS = 90

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.seen: dict[str, float] = {}

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        self.seen[price_update.symbol] = price_update.price
        if price_update.sequence > 12:
            raise ValueError("enough")
        if self.random.random() < 0.3:
            self.buy(price_update.symbol, self.random.uniform(0, 1), client_tag="mine")
            return [MarketSignal(price_update.symbol, self.random.gauss(0, 1), 0.5, {"change": price_update.change_pct}, self.now)]
        return None

    def on_order_fill(self, fill: OrderFill) -> None:
        self.cancel(next(iter(self.open_orders), fill.order_id))

    def on_timer(self) -> list[MarketSignal]:
        known = [*self.seen.values(), *self.positions.values(), len(self.open_orders), *self.price_cache["BTC-USD"].values()]
        return [MarketSignal("BTC-USD", value, 1.0) for value in known]

    def save_state(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def load_state(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]


def fill(key: InstrumentId, tag: str, leaves: int, position: int) -> Message:
    return FillApplied(
        STRATEGY, tag, ClientOrderId("1-1"), key, OrderId(1), TradeId(1), Side.BUY, Price(5), Quantity(1), Quantity(leaves),
        Liquidity.MAKER, Money(1), Currency("USD"), position, Nanos(START),
    )  # fmt: skip


PRICES, LOTS = st.integers(-1, 30).map(Price), st.integers(0, 9).map(Quantity)
MESSAGES: st.SearchStrategy[Message] = st.one_of(
    st.builds(Traded, KEYS, st.just(TradeId(1)), PRICES, LOTS, st.sampled_from(Side), st.just(Nanos(0))),
    st.builds(QuoteChanged, KEYS, st.just(1), PRICES, LOTS, PRICES, LOTS, st.just(Nanos(0))),
    st.builds(BarClosed, KEYS, st.just(Nanos(0)), st.just(Nanos(1)), PRICES, PRICES, PRICES, PRICES, LOTS),
    st.builds(fill, KEYS, TAGS, st.integers(0, 2), st.integers(-5, 5)),
    st.builds(OrderChanged, st.just(STRATEGY), TAGS, st.sampled_from(OrderStatus), st.just(""), st.just(ClientOrderId("1")), KEYS, LOTS),
    st.just(BreachReported(STRATEGY, BreachType.DRAWDOWN, "c", 1.0, 2.0, "u", "BTC-USD", "exchange-1", "mine")),
    st.sampled_from([Tick(), Tick(), StartStrategy(), StartStrategy(), StopStrategy(), Restarted(2)]),
)
STEPS = st.tuples(st.sampled_from([0, 1, MINUTE, 7 * MINUTE]), MESSAGES)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=40), st.integers(0, 2**64 - 1))
def test_every_cut_recovers_state_and_outputs(steps: list[tuple[int, Message]], seed: int) -> None:
    """Including the author's random numbers, names of orders, timers, and a strategy that failed on the way."""
    now, journal = START, [(Nanos(START), StartStrategy())]
    for delay, message in steps:
        now += delay
        journal.append((Nanos(now), message))
    stage = Stage(Busy, started=False, seed=seed)
    machine, snapshots, outputs = stage.machine, [], []
    for at, message in journal:
        snapshots.append(snapshot(machine))
        outputs.append([encode(envelope.message) for envelope in handle(machine, message, at)])
    final = snapshot(machine)
    for cut, data in enumerate(snapshots):
        recovered = stage.fresh()
        restore(recovered, data)
        assert snapshot(recovered) == data
        for (at, message), expected in zip(journal[cut:], outputs[cut:], strict=True):
            assert [encode(envelope.message) for envelope in handle(recovered, message, at)] == expected, f"cut at {cut}"
        assert snapshot(recovered) == final, f"cut at {cut}"
