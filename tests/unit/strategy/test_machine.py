"""The machine around a strategy: what it shows the author, what it makes of his answers, and that only he suffers from his mistakes."""

from datetime import UTC, datetime, timedelta, timezone
from math import isnan
from typing import Any

import numpy as np
import pytest

from seawall.api.market_data import QuoteChanged, Traded
from seawall.api.message import Message, Restarted, Tick
from seawall.api.orders import OrderStatus, OrderType, Side, TimeInForce
from seawall.api.signals import (
    BreachReported,
    BreachType,
    CancelRequested,
    OrderRequested,
    SignalGenerated,
    StartStrategy,
    StopStrategy,
    StrategyFailed,
    StrategyStarted,
    StrategyStopped,
)
from seawall.api.units import DAY, HOUR, MINUTE, SECOND
from seawall.runtime.machine import restore, snapshot
from seawall.strategy import Bar, MarketSignal, OrderFill, OrderUpdate, PriceUpdate, RiskBreach, TradingStrategy
from seawall.strategy.core.machine import StrategyMachine
from tests.unit.strategy.stage import INSTRUMENTS, START, STRATEGY, Stage

HERE = __file__


class Recorder(TradingStrategy):
    """Notes every callback, answers with what the test put into `answers`."""

    VERSION = "3.1"
    max_position_size = 2.0

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.seen: list[Any] = []
        self.answers: dict[str, Any] = {}

    def note(self, name: str, *what: Any) -> Any:
        self.seen.append((name, *what))
        answer = self.answers.get(name)
        return answer() if callable(answer) else answer

    def on_market_data(self, price_update: PriceUpdate) -> Any:
        return self.note("price", price_update)

    def on_bar(self, bar: Bar) -> Any:
        return self.note("bar", bar)

    def on_order_fill(self, fill: OrderFill) -> None:
        self.note("fill", fill)

    def on_order_update(self, update: OrderUpdate) -> None:
        self.note("order", update)

    def on_risk_breach(self, breach: RiskBreach) -> None:
        self.note("breach", breach)

    def on_timer(self) -> Any:
        return self.note("timer", self.now_ns)

    def on_start(self) -> None:
        self.note("start")

    def on_stop(self) -> None:
        self.note("stop")


class Ticker(Recorder):
    TIMER_SECONDS = 10


def recorder(stage: Stage) -> Recorder:
    assert isinstance(stage.strategy, Recorder)
    return stage.strategy


def names(stage: Stage) -> list[str]:
    return [seen[0] for seen in recorder(stage).seen]


def last(stage: Stage) -> Any:
    return recorder(stage).seen[-1][1]


def answering(**answers: Any) -> Stage:
    stage = Stage(Recorder)
    recorder(stage).answers = answers
    return stage


# Its life


def test_it_introduces_itself_before_anything_else() -> None:
    """With what sizing needs; the config can set it too."""
    stage = Stage(Recorder, {"min_confidence": 0.3})
    assert stage.said == [StrategyStarted(STRATEGY, "Recorder", "3.1", 2.0, 0.3)]
    assert names(stage) == ["start"]
    assert Stage(TradingStrategy, {"max_position_size": "0.5"}).said == [StrategyStarted(STRATEGY, "TradingStrategy", "1.0.0", 0.5, 0.1)]


def test_a_symbol_may_have_a_size_of_its_own() -> None:
    """`max_position_size` is a number or one for each symbol; then all others have none."""
    (started,) = Stage(TradingStrategy, {"max_position_size": {"BTC-USD": 0.5, "ETH-USD": 4}}).said
    assert isinstance(started, StrategyStarted)
    assert started.max_position_sizes == {"BTC-USD": 0.5, "ETH-USD": 4.0}
    assert started.max_position_size == 0.0


def test_nothing_reaches_it_before_the_start_or_after_the_stop() -> None:
    """Though prices are remembered meanwhile."""
    stage = Stage(Recorder, started=False)
    stage.trade(10_000)
    stage.deliver(StartStrategy())
    stage.trade(10_100)
    assert stage.deliver(StopStrategy())[-1] == StrategyStopped(STRATEGY)
    stage.trade(10_200)
    assert names(stage) == ["start", "price", "stop"]
    assert recorder(stage).seen[1][1].reference_price == 100.0
    assert stage.strategy.price_cache["BTC-USD"] == {"exchange-1": 102.0}


def test_what_it_says_while_stopping_is_said_before_it_has_stopped() -> None:
    """So that the engine still hears it."""
    stage = Stage(Recorder)
    recorder(stage).answers = {"stop": lambda: stage.strategy.sell("BTC-USD", 1.0) and None}
    assert [type(message) for message in stage.deliver(StopStrategy())] == [OrderRequested, StrategyStopped]


# What it sees


def test_a_trade_as_the_author_sees_it() -> None:
    """Floats, symbols and times; every one with the next number."""
    stage = Stage(Recorder)
    stage.trade(10_050, quantity=1_500)
    stage.trade(10_100, venue="exchange-2")
    stage.trade(10_060)
    updates = [seen[1] for seen in recorder(stage).seen[1:]]
    assert [(u.venue, u.price, u.volume, u.sequence, u.source) for u in updates] == [
        ("exchange-1", 100.5, 1.5, 1, "trade"), ("exchange-2", 101.0, 1.0, 1, "trade"), ("exchange-1", 100.6, 1.0, 2, "trade"),
    ]  # fmt: skip
    assert updates[0].timestamp == datetime.fromtimestamp(START // SECOND + 1, UTC)
    assert stage.strategy.now == datetime.fromtimestamp(START // SECOND + 3, UTC)
    assert stage.strategy.price_cache == {"BTC-USD": {"exchange-1": 100.6, "exchange-2": 101.0}, "ETH-USD": {}}
    assert stage.strategy.active_symbols == ["BTC-USD", "ETH-USD"]


def test_a_quote_shows_its_middle_and_stays_beside_later_trades() -> None:
    """An empty side is None, and then there is no middle to report."""
    stage = Stage(Recorder)
    stage.quote(9_990, 10_010)
    assert (last(stage).price, last(stage).source, last(stage).volume) == (100.0, "quote", None)
    stage.quote(9_990, 0)
    assert names(stage) == ["start", "price"]
    stage.trade(10_000)
    shown = last(stage)
    assert (shown.bid, shown.bid_size, shown.ask, shown.ask_size) == (99.9, 0.005, None, None)


def test_a_bar_shows_its_close_first_and_then_itself() -> None:
    """Both callbacks, in this order."""
    stage = Stage(Recorder)
    stage.bar(10_000, 10_200, 9_900, 10_100)
    assert names(stage) == ["start", "price", "bar"]
    assert recorder(stage).seen[1][1].price == 101.0
    bar = last(stage)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (100.0, 102.0, 99.0, 101.0, 0.01)
    assert bar.close_time_ns - bar.open_time_ns == SECOND


@pytest.mark.parametrize(
    "feed",
    [
        lambda stage: stage.trade(0), lambda stage: stage.trade(-5), lambda stage: stage.trade(5, quantity=0),
        lambda stage: stage.quote(10_010, 10_000), lambda stage: stage.quote(10_000, 10_000), lambda stage: stage.quote(-1, 10_000),
        lambda stage: stage.bar(10_000, 9_000, 9_900, 9_950), lambda stage: stage.bar(0, 0, 0, 0),
    ],
)  # fmt: skip
def test_prices_that_cannot_be_are_kept_from_it(feed: Any) -> None:
    """It would divide by them; the engine refuses them as well."""
    stage = Stage(Recorder)
    feed(stage)
    assert names(stage) == ["start"]
    assert stage.strategy.price_cache["BTC-USD"] == {}


def test_prices_of_unknown_instruments_are_nothing() -> None:
    """A host may send more than was asked for."""
    stage = Stage(Recorder)
    assert stage.trade(10_000, symbol="XRP-USD") == []
    assert stage.quote(1, 2, symbol="XRP-USD") == []
    assert names(stage) == ["start"]


def test_change_pct_is_against_24_hours_ago() -> None:
    """Or the first price seen, while there is no day of prices. The grid is five minutes."""
    stage = Stage(Recorder)
    stage.trade(10_000)
    stage.trade(11_000, after=12 * HOUR)
    assert last(stage).change_pct == pytest.approx(0.10)
    stage.trade(12_100, after=12 * HOUR - MINUTE)
    assert last(stage).change_pct == pytest.approx(0.21)
    stage.trade(12_100, after=12 * HOUR + 2 * MINUTE)
    assert last(stage).change_pct == pytest.approx(0.10)
    stage.trade(9_000, after=5 * DAY)
    assert last(stage).change_pct == pytest.approx(9_000 / 12_100 - 1)


def test_the_day_of_prices_is_bounded() -> None:
    """However many prices come."""
    stage = Stage(Recorder)
    for step in range(1_000):
        stage.trade(10_000 + step, after=MINUTE * 3)
    (feed,) = [feed for feed in stage.machine.state.feeds.values() if feed.sequence]
    assert len(feed.past) <= 290
    assert last(stage).reference_price == pytest.approx(100 + (999 - 480) / 100, abs=0.02)


# Fills and orders


def test_positions_include_the_fill_that_is_reported() -> None:
    """Per symbol, over all venues."""
    stage = Stage(Recorder)
    stage.fill("a", 1_000, 99_900_000)
    stage.fill("b", 1_000, -50_000_000, venue="exchange-2")
    assert stage.strategy.positions == {"BTC-USD": 0.499}
    fill = last(stage)
    assert (fill.order_id, fill.symbol, fill.venue, fill.side, fill.quantity, fill.price) == (
        "b",
        "BTC-USD",
        "exchange-2",
        "buy",
        1.0,
        100.0,
    )
    assert (fill.fee, fill.fee_asset, fill.liquidity, fill.leaves_quantity) == (0.001, "BTC", "taker", 0.0)


def test_open_orders_follow_the_engine() -> None:
    """Noted when sent; changed, and dropped when the order has ended."""
    stage = answering(price=lambda: [MarketSignal("BTC-USD", -1.0, 1.0, {"client_tag": "mine"})])
    stage.trade(10_000)
    order = stage.strategy.open_orders["mine"]
    assert (order.symbol, order.side, order.status) == ("BTC-USD", "sell", "pending_new")
    stage.order("mine", OrderStatus.NEW, leaves=2_000)
    assert (order.status, order.venue, order.leaves_quantity) == ("new", "exchange-1", 2.0)
    stage.fill("mine", 500, 0, leaves=1_500)
    assert (order.status, order.leaves_quantity) == ("partially_filled", 1.5)
    stage.order("mine", OrderStatus.UNKNOWN, leaves=1_500, reason="no answer")
    assert order.status == "unknown"
    stage.order("mine", OrderStatus.CANCELED)
    assert stage.strategy.open_orders == {}
    assert (last(stage).order_id, last(stage).status) == ("mine", "canceled")


def test_a_last_fill_ends_the_order() -> None:
    """The engine sends no further word."""
    stage = answering(price=lambda: [MarketSignal("BTC-USD", 1.0)])
    stage.trade(10_000)
    assert list(stage.strategy.open_orders) == ["order-1"]
    stage.fill("order-1", 1_000, 1)
    assert stage.strategy.open_orders == {}


def test_news_of_instruments_it_does_not_know_hurts_nobody() -> None:
    """A strategy may have said a symbol that only the engine trades."""
    stage = answering(price=lambda: [MarketSignal("XRP-USD", 1.0, 1.0, {"client_tag": "x"})])
    stage.trade(10_000)
    stage.order("x", OrderStatus.NEW, symbol="XRP-USD")
    assert stage.strategy.open_orders["x"].status == "new"
    assert stage.fill("x", 1, 1, symbol="XRP-USD") == []


def test_a_breach_as_the_author_sees_it() -> None:
    """In the words of the engine."""
    stage = Stage(Recorder)
    stage.deliver(BreachReported(STRATEGY, BreachType.POSITION_LIMIT, "position", 1.0, 2.5, "BTC", "BTC-USD", "exchange-1", "order-4"))
    breach = last(stage)
    assert (breach.breach_type, breach.check, breach.limit, breach.value, breach.unit) == ("position_limit", "position", 1.0, 2.5, "BTC")
    assert (breach.symbol, breach.venue, breach.order_id) == ("BTC-USD", "exchange-1", "order-4")
    assert breach.breach_type == "position_limit"


# What it says


def test_signals_become_messages_in_the_order_they_were_said() -> None:
    """First what was queued during the callback, then what it returned."""
    stage = Stage(Recorder)

    def answer() -> list[MarketSignal]:
        stage.strategy.buy("BTC-USD", 0.5, limit_price=99.5, venue="exchange-2", time_in_force="IOC")
        stage.strategy.emit(MarketSignal("ETH-USD", 0.5))
        stage.strategy.cancel("order-7")
        return [MarketSignal("BTC-USD", -2.0, 0.9, {"note": "x"})]

    recorder(stage).answers = {"price": answer}
    order, emitted, cancel, returned = stage.trade(10_000)
    assert order == OrderRequested(
        STRATEGY, "BTC-USD", Side.BUY, 0.5, "order-1", stage.now, "exchange-2", OrderType.LIMIT, TimeInForce.IOC, 99.5
    )
    assert emitted == SignalGenerated(STRATEGY, "ETH-USD", 0.5, 1.0, "order-2", stage.now)
    assert cancel == CancelRequested(STRATEGY, "order-7")
    assert returned == SignalGenerated(STRATEGY, "BTC-USD", -2.0, 0.9, "order-3", stage.now, metadata={"note": "x"})


@pytest.mark.parametrize("name", ["fill", "order", "breach", "start", "stop", "timer", "bar"])
def test_emit_buy_and_sell_work_in_every_callback(name: str) -> None:
    """Also in those that return nothing."""
    stage = Stage(Ticker, started=False)
    recorder(stage).answers = {name: lambda: stage.strategy.buy("BTC-USD", 1.0) and None}
    said: list[Message] = []
    said += stage.deliver(StartStrategy())
    said += stage.fill("t", 1, 1)
    said += stage.order("t", OrderStatus.NEW)
    said += stage.deliver(BreachReported(STRATEGY, BreachType.DRAWDOWN, "c", 1.0, 2.0, "u", "BTC-USD", "exchange-1", "t"))
    said += stage.bar(1, 1, 1, 1)
    said += stage.deliver(Tick(), 10 * SECOND)
    said += stage.deliver(StopStrategy())
    assert [type(message) for message in said if isinstance(message, OrderRequested)] == [OrderRequested]


def test_metadata_routes_and_the_rest_is_carried_along() -> None:
    """`limit_price` alone makes a limit order."""
    metadata = {
        "venue": "exchange-2",
        "limit_price": np.float64(99.5),
        "time_in_force": "FOK",
        "client_tag": 17,
        "chaos_type": "x",
        5: None,
    }
    (said,) = answering(price=lambda: [MarketSignal("BTC-USD", 1.0, 1.0, metadata)]).trade(10_000)
    assert isinstance(said, SignalGenerated)
    assert (said.venue, said.order_type, said.time_in_force, said.limit_price) == ("exchange-2", OrderType.LIMIT, TimeInForce.FOK, 99.5)
    assert said.tag == "17"
    assert said.metadata == {"chaos_type": "x", "5": None}


def test_a_tag_that_is_taken_gets_a_number() -> None:
    """Two open orders never share a name, and no name can be mistaken for a number of ours."""
    stage = answering(price=lambda: [MarketSignal("BTC-USD", 1.0, 1.0, {"client_tag": tag}) for tag in ("entry", "entry", "order-9")])
    assert [message.tag for message in stage.trade(10_000)] == ["entry", "entry#1", "order-9#2"]  # type: ignore[attr-defined]
    stage.order("entry", OrderStatus.CANCELED)
    recorder(stage).answers = {"price": lambda: [stage.strategy.buy("BTC-USD", 1.0, client_tag="entry") for _ in range(2)] and None}
    assert [message.tag for message in stage.trade(10_000)] == ["entry", "entry#3"]  # type: ignore[attr-defined]


def test_a_signal_has_its_events_time_unless_it_names_another() -> None:
    """Naive means UTC; the future is now; before 1970 is as old as can be."""
    stage = Stage(Recorder)
    then = datetime.fromtimestamp(START // SECOND - 5, UTC)
    east = then.astimezone(timezone(timedelta(hours=9)))
    for timestamp, expected in [
        (None, None), (then, START - 5 * SECOND), (then.replace(tzinfo=None), START - 5 * SECOND), (east, START - 5 * SECOND),
        (datetime.max, None), (datetime.min, 0),
    ]:  # fmt: skip
        recorder(stage).answers = {"price": lambda at=timestamp: [MarketSignal("BTC-USD", 1.0, 1.0, {}, at)]}
        (said,) = stage.trade(10_000)
        assert said.signal_time == (stage.now if expected is None else expected)  # type: ignore[attr-defined]


def test_numbers_of_numpy_are_numbers() -> None:
    """Wherever a number may stand; in the metadata they stay numbers."""
    metadata = {"f": np.float64(0.5), "i": np.int64(3), "s": np.str_("x"), "b": np.bool_(True), "a": np.array([1, 2])}
    signal = MarketSignal(np.str_("BTC-USD"), np.sign(np.float64(-3)) * 2.0, np.float32(0.5), metadata)  # type: ignore[arg-type]
    stage = answering(price=lambda: [signal])
    (said,) = stage.trade(10_000)
    assert isinstance(said, SignalGenerated)
    assert (said.symbol, said.strength, said.confidence) == ("BTC-USD", -2.0, 0.5)
    assert said.metadata == {"f": 0.5, "i": 3, "s": "x", "b": "True", "a": "[1 2]"}


@pytest.mark.parametrize("value", [None, "strong", float("nan"), [1], 10**400, np.array([1, 2])])
def test_what_is_no_number_is_left_to_the_engine_to_refuse(value: Any) -> None:
    """As NaN, which it reports as malformed; the strategy lives."""
    (said,) = answering(price=lambda: [MarketSignal("BTC-USD", value, value)]).trade(10_000)
    assert isinstance(said, SignalGenerated)
    assert isnan(said.strength)
    assert isnan(said.confidence)


def test_what_cannot_be_encoded_is_put_into_words() -> None:
    """Half a character, huge integers, objects: nothing an author says can break the journal."""
    metadata = {"half\ud800": "\udfff", "huge": 2**70, "time": datetime(2024, 1, 1), "venue": "v\ud800", "client_tag": "t\ud800"}
    stage = answering(price=lambda: [MarketSignal("BTC\ud800", 1.0, 1.0, metadata)])
    (said,) = stage.trade(10_000)
    assert isinstance(said, SignalGenerated)
    assert said.metadata == {"half\\ud800": "\\udfff", "huge": str(2**70), "time": "2024-01-01 00:00:00"}
    assert (said.symbol, said.venue, said.tag) == ("BTC\\ud800", "v\\ud800", "t\\ud800")
    snapshot(stage.machine)


# What it does wrong


def failed(messages: list[Message]) -> str:
    (failure,) = messages
    assert isinstance(failure, StrategyFailed)
    return failure.error


@pytest.mark.parametrize("name", ["price", "fill", "order", "breach", "bar", "timer", "start", "stop"])
def test_an_exception_in_any_callback_ends_the_strategy(name: str) -> None:
    """It is reported with file and line, and nothing reaches the strategy any more."""
    stage = Stage(Ticker, started=False)
    recorder(stage).answers = {name: lambda: 1 / 0}
    said = stage.deliver(StartStrategy()) + stage.fill("t", 1, 1) + stage.order("t", OrderStatus.NEW)
    said += stage.deliver(BreachReported(STRATEGY, BreachType.DRAWDOWN, "c", 1.0, 2.0, "u", "BTC-USD", "exchange-1", "t"))
    said += stage.bar(1, 1, 1, 1) + stage.deliver(Tick(), 10 * SECOND) + stage.deliver(StopStrategy())
    (failure,) = [message for message in said if isinstance(message, StrategyFailed)]
    assert failure.error.startswith("ZeroDivisionError: division by zero at ")
    assert HERE in failure.error
    assert int(failure.error.rpartition(":")[2]) == test_an_exception_in_any_callback_ends_the_strategy.__code__.co_firstlineno + 4
    seen = names(stage)
    assert stage.trade(10_000) == []
    assert stage.machine.deadline() is None
    assert names(stage) == seen
    assert seen[-1] == name


def test_positions_go_on_after_a_failure() -> None:
    """They are facts."""
    stage = answering(price=lambda: 1 / 0)
    stage.trade(10_000)
    assert stage.fill("t", 1_000, 100_000_000) == []
    assert stage.strategy.positions == {"BTC-USD": 1.0}


def test_a_failed_strategy_can_be_started_again() -> None:
    """By an operator, who saw the failure."""
    stage = answering(price=lambda: 1 / 0)
    stage.trade(10_000)
    recorder(stage).answers = {}
    assert isinstance(stage.deliver(StartStrategy())[0], StrategyStarted)
    assert stage.trade(10_000) == []
    assert names(stage)[-1] == "price"
    assert stage.deliver(Restarted(2)) == []


@pytest.mark.parametrize("error", [SystemExit(3), RecursionError("deep"), MemoryError(), KeyError("\ud800"), AssertionError()])
def test_whatever_it_raises(error: BaseException) -> None:
    """sys.exit() and a message that cannot be encoded included."""

    def answer() -> None:
        raise error

    assert type(error).__name__ in failed(answering(price=answer).trade(10_000))


def test_an_error_that_cannot_be_shown() -> None:
    """Its own message raises."""

    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError

    def answer() -> None:
        raise Odd

    assert failed(answering(price=answer).trade(10_000)).startswith("Odd: (its message cannot be shown) at ")


def test_ctrl_c_is_not_the_strategys() -> None:
    """It belongs to whoever runs the program."""

    def answer() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answering(price=answer).trade(10_000)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (MarketSignal("BTC-USD", 1.0), "not MarketSignal"), ([None], "got NoneType"), ("buy", "not str"), (5, "not int"),
        ([{"symbol": "BTC-USD"}], "got dict"), ({"a": 1}, "not dict"), ([MarketSignal("BTC-USD", 1.0), "sell"], "got str"),
        ((x for x in [1]), "not generator"),
        ([MarketSignal("BTC-USD", 1.0, 1.0, "venue")], "metadata of a MarketSignal is a dict, not str"),
        ([MarketSignal("BTC-USD", 1.0, 1.0, {"order_type": "stopp"})], "order_type is one of limit, market,"),
        ([MarketSignal("BTC-USD", 1.0, 1.0, {"time_in_force": "day"})], "time_in_force is one of gtc, ioc, fok, gtd, got 'day'"),
        ([MarketSignal("BTC-USD", 1.0, 1.0, {}, 1_700_000_000)], "a timestamp is a datetime, not int"),
    ],
)  # fmt: skip
def test_malformed_returns_end_the_strategy(returned: Any, said: str) -> None:
    """Nothing of them leaves; the failure says what is expected and names the callback's line."""
    failure = failed(answering(price=lambda: returned).trade(10_000))
    assert said in failure
    assert failure.endswith(f"{HERE}:{Recorder.on_market_data.__code__.co_firstlineno}")


@pytest.mark.parametrize("empty", [None, [], (), ""])
def test_nothing_returned_is_nothing_said(empty: Any) -> None:
    """However it is spelt."""
    assert answering(price=lambda: empty).trade(10_000) == []


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [("max_position_size", "big", "max_position_size must be"), ("max_position_size", float("inf"), "max_position_size must be"),
     ("TIMER_SECONDS", -1, "TIMER_SECONDS"), ("TIMER_SECONDS", 1e-9, "TIMER_SECONDS"), ("TIMER_SECONDS", float("nan"), "TIMER_SECONDS"),
     ("TIMER_SECONDS", 0, "TIMER_SECONDS")],
)  # fmt: skip
def test_figures_out_of_range_end_it_at_the_start(attribute: str, value: Any, said: str) -> None:
    """Before its first event; a timer of a nanosecond would stop the world."""
    stage = Stage(Recorder, started=False)
    setattr(stage.strategy, attribute, value)
    assert said in failed(stage.deliver(StartStrategy()))
    assert names(stage) == []


def test_a_confidence_out_of_range_ends_it_at_the_start() -> None:
    """It comes from the config."""
    assert "tier must be one of sniper, hunter, strategist, got 'whale'" in failed(Stage(Recorder, {"tier": "whale"}).said)
    assert "min_confidence must lie between 0 and 1, got 2" in failed(Stage(Recorder, {"min_confidence": 2}).said)


def test_a_version_of_any_type_is_text() -> None:
    """Authors write VERSION = 2."""
    stage = Stage(Recorder, started=False)
    stage.strategy.VERSION = 2  # type: ignore[misc, assignment]
    (started,) = stage.deliver(StartStrategy())
    assert started.version == "2"  # type: ignore[attr-defined]


# Timers


def test_a_timer_goes_off_on_whole_multiples() -> None:
    """Whatever second it was started in; a late Tick is one call, not many."""
    stage = Stage(Ticker, started=False)
    stage.deliver(StartStrategy(), 3 * SECOND)
    first = START + 10 * SECOND
    assert stage.machine.deadline() == first
    stage.deliver(Tick(), SECOND)
    assert names(stage) == ["start"]
    stage.deliver(Tick(), 6 * SECOND)
    stage.deliver(Tick())
    stage.deliver(Tick(), 35 * SECOND)
    assert [seen for seen in recorder(stage).seen if seen[0] == "timer"] == [("timer", first), ("timer", first + 35 * SECOND)]
    assert stage.machine.deadline() == first + 40 * SECOND
    stage.deliver(StopStrategy())
    assert stage.machine.deadline() is None


def test_without_a_timer_there_is_no_deadline() -> None:
    """A Tick is harmless."""
    stage = Stage(Recorder)
    assert stage.machine.deadline() is None
    assert stage.deliver(Tick()) == []
    assert names(stage) == ["start"]


# Memory


class Counter(TradingStrategy):
    """Remembers how many prices it saw, if its state survives; keeps numbers of numpy in it."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self.count = 0
        self.buy("BTC-USD", 1.0)  # Too early: a strategy speaks from its first callback on.

    def on_market_data(self, price_update: PriceUpdate) -> Any:
        self.count += 1
        return [MarketSignal("BTC-USD", self.random.gauss(), 1.0, {"count": self.count, "now": str(self.now)})]

    def save_state(self) -> dict[str, Any]:
        return {"count": np.int64(self.count), "window": np.arange(3.0)}

    def load_state(self, state: dict[str, Any]) -> None:
        assert state["window"] == [0.0, 1.0, 2.0]
        self.count = state["count"]


def test_what_it_saved_it_gets_back() -> None:
    """And its random numbers, positions, orders and clock go on where they were."""
    one = Stage(Counter)
    for price in range(10_000, 10_007):
        one.trade(price)
    one.fill("order-2", 1_000, 300_000_000)
    two = Stage(Counter, started=False)
    restore(two.machine, snapshot(one.machine))
    two.now = one.now
    assert two.strategy.positions == one.strategy.positions
    assert two.strategy.open_orders == one.strategy.open_orders
    assert two.strategy.now == one.strategy.now
    assert [two.trade(p) for p in (1, 2, 3)] == [one.trade(p) for p in (1, 2, 3)]
    assert snapshot(one.machine) == snapshot(two.machine)


class Unsaved(Recorder):
    def save_state(self) -> dict[str, Any]:
        return {"handle": object()}


class Unloadable(Counter):
    def load_state(self, state: dict[str, Any]) -> None:
        raise KeyError("gone")


@pytest.mark.parametrize(("kind", "said"), [(Unsaved, "object is not plain data"), (Unloadable, "KeyError: 'gone'")])
def test_a_strategy_that_lost_its_memory_does_not_go_on(kind: Any, said: str) -> None:
    """A snapshot itself harms nothing. Whoever restores it gets a strategy that has failed, and says so after the restart."""
    stage = Stage(kind)
    stage.trade(10_000)
    data = snapshot(stage.machine)
    assert stage.machine.state.running
    again = Stage(kind, started=False)
    restore(again.machine, data)
    assert again.trade(10_000) == []
    failure = failed(again.deliver(Restarted(2)))
    assert said in failure
    assert HERE in failure


def test_a_constructor_that_fails_on_recovery() -> None:
    """The machine stands, the strategy does not."""
    stage = Stage(Counter)
    data = snapshot(stage.machine)
    broken = stage.fresh()

    def factory(config: dict[str, Any]) -> TradingStrategy:
        raise ValueError("no such pair")

    broken.factory = factory
    restore(broken, data)
    assert "ValueError: no such pair" in broken.state.failure
    assert not broken.state.running


def test_two_machines_share_nothing() -> None:
    """Each counts its own orders."""
    one, two = Stage(Counter), Stage(Counter)
    one.trade(1)
    (said,) = two.trade(1)
    assert said.tag == "order-1"  # type: ignore[attr-defined]


def test_what_a_constructor_says_is_never_sent() -> None:
    """A recovered machine constructs the strategy again, and would say it again."""
    stage = Stage(Counter)
    stage.trade(1)
    assert [type(message) for message in stage.said] == [StrategyStarted, SignalGenerated]


def test_every_public_message_it_handles_is_price_or_order_news() -> None:
    """It hears nothing of how it is tested, and nothing of other strategies."""
    handled = list(StrategyMachine(STRATEGY, STRATEGY, Recorder, {}, INSTRUMENTS, 1).handlers)
    assert Traded in handled
    assert QuoteChanged in handled
    assert all(
        kind.__module__ in ("seawall.api.message", "seawall.api.market_data", "seawall.api.signals", "seawall.api.paper")
        for kind in handled
    )
