"""The engine against real exchanges over wires that lose, double, delay and reorder, with lost sessions and restarts at any moment.
And the cut test, with whatever messages the world could send.

Once the wires are whole again and enough time has passed, engine and venues agree on everything; until then, nothing leaves twice.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import (
    Balance,
    BalancesReported,
    FillsReported,
    HeartbeatAnswered,
    LoggedOn,
    LogonRefused,
    OpenOrdersReported,
    OrderReported,
    OrderState,
    SessionLost,
)
from seawall.api.instruments import Filters
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Message, Restarted, Tick
from seawall.api.orders import (
    AmendRejected,
    CancelRejected,
    Liquidity,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderListType,
    OrderRejected,
    OrderStatus,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
)
from seawall.api.projections import BreakFound
from seawall.api.rate_limits import RateLimit, RateLimitKind, RequestRefused, Usage
from seawall.api.risk import HaltTrading, Limits, ResumeTrading, SymbolLimits
from seawall.api.signals import (
    AmendRequested,
    CancelRequested,
    ListRequested,
    OrderRequested,
    ReplaceRequested,
    SignalGenerated,
    StrategyFailed,
    StrategyStarted,
    StrategyStopped,
)
from seawall.api.supervision import (
    ClosePosition,
    KillTrading,
    Rearm,
    RestrictTrading,
    SetLimits,
    StopTrading,
    SuspendStrategy,
)
from seawall.api.units import MILLISECOND, SECOND, Nanos
from seawall.api.venue_operations import FiltersChanged, TradingStatus, TradingStatusChanged, TradingStatusReported
from seawall.engine.core.machine import Engine
from seawall.runtime.machine import handle, restore, snapshot
from tests.unit.engine.rig import ALPHA_BTC, ALPHA_ETH, BETA_BTC, COIN, LAX, START, STRATEGY, Rig, encode_all

HEAL_SECONDS = 150

VENUES = st.sampled_from(["alpha", "alpha", "beta"])
SIDES, TIFS = st.sampled_from(Side), st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC])
INSTRUMENTS = st.sampled_from([ALPHA_BTC, ALPHA_BTC, ALPHA_ETH, BETA_BTC])
PRICES = st.sampled_from([0, 99, 100, 100, 101])
INDEX = st.integers(0, 5)


def step(name: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(name), *values)


STEPS = st.one_of(
    step("want", INSTRUMENTS, SIDES, st.integers(1, 30), PRICES, TIFS),
    step("want", INSTRUMENTS, SIDES, st.integers(1, 30), PRICES, TIFS),
    step("cancel", INDEX),
    step("amend", INDEX, st.integers(0, 30)),
    step("replace", INDEX, st.integers(1, 30), PRICES),
    step("oco", INSTRUMENTS, SIDES, st.integers(1, 30)),
    step("other", INSTRUMENTS, SIDES, st.integers(1, 20_000), st.sampled_from([97, 99, 100, 101, 103])),
    step("by_hand", INSTRUMENTS, SIDES, st.integers(1, 5_000), st.sampled_from([99, 101])),
    step("deliver_out", VENUES, INDEX),
    step("deliver_back", VENUES, INDEX),
    step("hands_off"),
    step("drop_out", VENUES, INDEX),
    step("drop_back", VENUES, INDEX),
    step("double_back", VENUES, INDEX),
    step("cut", VENUES, st.booleans()),
    step("restart"),
    step("save"),
    step("wait", st.sampled_from([0.01, 0.5, 2.5, 7.0])),
    step("wait_whole", st.sampled_from([0.01, 0.5, 2.5, 7.0, 31.0])),
)


def play(rig: Rig, steps: list[tuple[Any, ...]]) -> None:
    for name, *values in steps:
        DO[name](rig, *values)
        assert [key for key, times in rig.placed.items() if times != 1] == []


def pick(items: list[Any], index: int) -> int | None:
    return index % len(items) if items else None


def want(rig: Rig, instrument: Any, side: Side, tenths: int, price: int, tif: TimeInForce) -> None:
    rig.want(side, tenths / 10, price, venue=instrument.venue, symbol=instrument.symbol, tif=tif if price else TimeInForce.GTC)


def cancel(rig: Rig, index: int) -> None:
    orders = list(rig.open.values())
    if orders:
        rig.tell(CancelRequested(STRATEGY, orders[index % len(orders)].tag))


def change(rig: Rig, what: str, index: int, tenths: int, *price: int) -> None:
    orders = list(rig.open.values())
    if orders:
        getattr(rig, what)(orders[index % len(orders)].tag, tenths / 10, *price)


def oco(rig: Rig, instrument: Any, side: Side, tenths: int) -> None:
    """Both far enough from the market that they can wait."""
    limit, stop = (98, 103) if side is Side.BUY else (102, 97)
    rig.oco(side, tenths / 10, limit, stop, venue=instrument.venue, symbol=instrument.symbol)


def drop(pending: list[Any], index: int) -> None:
    if pending:
        del pending[index % len(pending)]


def double(pending: list[Any], index: int) -> None:
    if pending:
        pending.append(pending[index % len(pending)])


DO: dict[str, Any] = {
    "want": want,
    "cancel": cancel,
    "amend": lambda rig, index, tenths: change(rig, "amend", index, tenths),
    "replace": lambda rig, index, tenths, price: change(rig, "replace", index, tenths, price),
    "oco": oco,
    "other": lambda rig, instrument, side, lots, price: rig.other(side, lots, price, instrument),
    "by_hand": lambda rig, instrument, side, lots, price: rig.by_hand(side, lots, price, instrument, TimeInForce.IOC),
    "deliver_out": lambda rig, venue, index: rig.out[venue] and rig.deliver_out(venue, index % len(rig.out[venue])),
    "deliver_back": lambda rig, venue, index: rig.back[venue] and rig.deliver_back(venue, index % len(rig.back[venue])),
    "hands_off": lambda rig: rig.hands_off(),
    "drop_out": lambda rig, venue, index: drop(rig.out[venue], index),
    "drop_back": lambda rig, venue, index: drop(rig.back[venue], index),
    "double_back": lambda rig, venue, index: double(rig.back[venue], index),
    "cut": lambda rig, venue, announced: rig.cut(venue, announced=announced),
    "restart": lambda rig: rig.restart(),
    "save": lambda rig: rig.save(),
    "wait": lambda rig, seconds: rig.seconds(seconds, hands_off=False),
    "wait_whole": lambda rig, seconds: rig.seconds(seconds),
}


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=60))
def test_after_every_storm_engine_and_venues_agree(steps: list[tuple[Any, ...]]) -> None:
    """No order of unknown fate, every fill booked once, no order alive that the other side believes dead, balances to the minor unit."""
    rig = Rig()
    play(rig, steps)
    rig.seconds(HEAL_SECONDS)
    rig.check_agreement()


@settings(max_examples=60)
@given(st.lists(STEPS.filter(lambda step: step[0] != "by_hand"), max_size=60))
def test_no_storm_makes_a_break(steps: list[tuple[Any, ...]]) -> None:
    """Whatever the wires did, nobody touched the account but us: reconciliation has nothing to complain of."""
    rig = Rig()
    play(rig, steps)
    rig.seconds(HEAL_SECONDS)
    assert rig.heard(BreakFound) == []


# The cut test

KEYS = st.sampled_from([ALPHA_BTC.id, ALPHA_ETH.id, BETA_BTC.id, "alpha:NO-SUCH"])
ACCOUNTS = st.sampled_from(["alpha-main", "alpha-main", "beta-main", "nobody"])
IDS = st.sampled_from(["1-1", "1-2", "1-3", "2-1", "by-hand"])
TAGS = st.sampled_from(["a", "b", "c"])
STRATEGIES = st.sampled_from([STRATEGY, "strategy:other"])
COUNTS, TICKS = st.integers(0, 1_000), st.integers(0, 12_000)
REQUESTS, TRADES = st.integers(1, 12), st.integers(0, 6)
TIMES = st.integers(START - SECOND, START + 40 * SECOND)
FIGURES = st.one_of(st.floats(-2, 2), st.floats())

LIMITED = Limits(
    max_order_value=1_000 * COIN, max_order_quantity={"BTC-USDT": 5 * COIN}, position={"BTC-USDT": SymbolLimits(5 * COIN, COIN)},  # type: ignore[arg-type, dict-item]
    max_total_notional=5_000 * COIN, max_orders=3, max_price_age=Nanos(60 * SECOND), max_signal_age=None,  # type: ignore[arg-type]
    max_strategy_notional=4_000 * COIN, max_position_notional=3_000 * COIN, max_leverage_bps=20_000, max_repeats=3,  # type: ignore[arg-type]
    duplicate_window=Nanos(SECOND), max_messages=5, max_daily_trades=5, max_portfolio_loss_bps=500, max_drawdown_bps=500,
    max_daily_loss=100 * COIN, max_var=100 * COIN, max_strategy_loss=50 * COIN, max_strategy_drawdown_bps=300,  # type: ignore[arg-type]
    stop_loss_bps=500, rapid_drawdown_bps=200, max_trades=4, max_correlation_bps=5_000,
)  # fmt: skip

FILLS = st.builds(
    OrderFilled, ACCOUNTS, IDS, KEYS, TRADES, TRADES, SIDES, st.integers(1, 12_000), st.integers(1, 1_000), COUNTS, COUNTS,
    st.sampled_from(Liquidity), st.integers(-5, 5), st.sampled_from(["BTC", "USDT", "BNB"]), TIMES,
)  # fmt: skip
ORDER_STATES = st.builds(
    OrderState, IDS, TRADES, KEYS, SIDES, st.sampled_from(OrderType), st.sampled_from(TimeInForce), st.sampled_from(OrderStatus), TICKS,
    COUNTS, COUNTS, list_id=TRADES,
)  # fmt: skip
BALANCES = st.builds(Balance, st.sampled_from(["BTC", "USDT", "ETH"]), st.integers(0, 3), st.integers(0, 3))
WISHES = st.builds(
    OrderRequested, STRATEGIES, st.sampled_from(["BTC-USDT", "ETH-USDT"]), SIDES, FIGURES, TAGS, TIMES, st.sampled_from(["", "alpha"]),
    st.sampled_from(OrderType), st.sampled_from(TimeInForce), st.one_of(st.just(100.0), st.floats()),
)  # fmt: skip
USAGE = Usage(RateLimit(RateLimitKind.REQUEST_WEIGHT, Nanos(SECOND), 10), 9)
LEAST = st.integers(1, 9)
FILTERS = st.builds(Filters, min_quantity=LEAST, max_quantity=st.sampled_from([0, 500]), price_step=LEAST, quantity_step=LEAST)
ANYTHING: st.SearchStrategy[Message] = st.one_of(
    st.sampled_from([Tick(), Tick(), Tick(), Restarted(1), Restarted(2), Restarted(3)]),
    st.builds(Traded, KEYS, TRADES, TICKS, COUNTS, SIDES, TIMES),
    st.builds(QuoteChanged, KEYS, TRADES, TICKS, COUNTS, TICKS, COUNTS, TIMES),
    st.builds(BarClosed, KEYS, TIMES, TIMES, TICKS, TICKS, TICKS, TICKS, COUNTS),
    st.builds(StrategyStarted, STRATEGIES, st.just("S"), st.just("1"), st.floats(0, 2), st.floats(0, 1)),
    st.builds(StrategyStopped, STRATEGIES),
    st.builds(StrategyFailed, STRATEGIES, st.just("why")),
    st.builds(SignalGenerated, STRATEGIES, st.sampled_from(["BTC-USDT", "ETH-USDT", "XRP-USDT"]), FIGURES, FIGURES, TAGS, TIMES),
    WISHES,
    st.builds(CancelRequested, STRATEGIES, TAGS),
    st.builds(AmendRequested, STRATEGIES, TAGS, FIGURES),
    st.builds(
        ReplaceRequested, STRATEGIES, TAGS, TAGS, FIGURES, TIMES, st.sampled_from(OrderType), st.sampled_from(TimeInForce),
        st.one_of(st.just(100.0), st.floats()),
    ),
    st.builds(ListRequested, STRATEGIES, st.just(OrderListType.OCO), st.lists(WISHES, min_size=1, max_size=3).map(tuple)),
    st.builds(OrderAmended, ACCOUNTS, IDS, KEYS, TRADES, COUNTS, COUNTS, TIMES),
    st.builds(AmendRejected, ACCOUNTS, IDS, KEYS, st.sampled_from(RejectReason), TIMES),
    st.builds(OrderAccepted, ACCOUNTS, IDS, KEYS, TRADES, TIMES),
    st.builds(OrderRejected, ACCOUNTS, IDS, KEYS, st.sampled_from(RejectReason), TIMES),
    FILLS,
    st.builds(OrderCanceled, ACCOUNTS, IDS, KEYS, TRADES, COUNTS, TIMES),
    st.builds(OrderExpired, ACCOUNTS, IDS, KEYS, TRADES, COUNTS, TIMES),
    st.builds(CancelRejected, ACCOUNTS, IDS, KEYS, st.sampled_from(RejectReason), TIMES),
    st.builds(LoggedOn, ACCOUNTS, REQUESTS, TIMES),
    st.builds(LogonRefused, ACCOUNTS, REQUESTS, st.just("no"), TIMES),
    st.builds(SessionLost, ACCOUNTS, st.just("gone")),
    st.builds(HeartbeatAnswered, ACCOUNTS, REQUESTS, TIMES),
    st.builds(OrderReported, ACCOUNTS, REQUESTS, KEYS, IDS, st.one_of(st.none(), ORDER_STATES), TIMES),
    st.builds(OpenOrdersReported, ACCOUNTS, REQUESTS, st.lists(ORDER_STATES, max_size=3).map(tuple), TIMES),
    st.builds(FillsReported, ACCOUNTS, REQUESTS, KEYS, st.lists(FILLS, max_size=3).map(tuple), st.booleans(), st.booleans(), TIMES),
    st.builds(BalancesReported, ACCOUNTS, REQUESTS, st.lists(BALANCES, max_size=3).map(tuple), TIMES),
    st.builds(TradingStatusChanged, KEYS, st.sampled_from(TradingStatus), st.sampled_from(["", "why"]), TIMES),
    st.builds(TradingStatusReported, ACCOUNTS, REQUESTS, st.dictionaries(KEYS, st.just("why"), max_size=2), TIMES),
    st.builds(RequestRefused, ACCOUNTS, REQUESTS, st.sampled_from([None, USAGE]), TIMES, TIMES),
    st.builds(FiltersChanged, KEYS, FILTERS, st.just("why"), TIMES),
    st.builds(HaltTrading, st.just("ann"), st.just("why")),
    st.builds(ResumeTrading, st.sampled_from(["", "ann"]), st.just("why")),
    st.builds(RestrictTrading, st.just("ann"), st.just("why")),
    st.builds(KillTrading, st.just("ann"), st.just("why")),
    st.builds(StopTrading, st.just("ann"), st.just("why"), st.booleans(), TIMES),
    st.builds(ClosePosition, STRATEGIES, st.just("ann"), st.just("why")),
    st.builds(SuspendStrategy, STRATEGIES, st.just("ann"), st.just("why")),
    st.builds(Rearm, st.sampled_from(["", "strategy:s"]), st.just("ann"), st.just("why")),
    st.builds(SetLimits, st.sampled_from([LAX, LIMITED]), st.just("ann"), st.just("why")),
)  # fmt: skip
DELAYS = st.sampled_from([0, 0, MILLISECOND, 100 * MILLISECOND, 2 * SECOND, 5 * SECOND, 31 * SECOND])


def check_every_cut(fresh: Engine, again: Any, journal: list[tuple[Nanos, Message]], every: int) -> list[bytes]:
    """Snapshot plus replay equals running straight through, outputs included. Returns the outputs."""
    snapshots, outputs = [], []
    for now, message in journal:
        snapshots.append(snapshot(fresh))
        outputs.append(encode_all(handle(fresh, message, now)))
    final = snapshot(fresh)
    for cut in range(0, len(journal), every):
        recovered = again()
        restore(recovered, snapshots[cut])
        assert snapshot(recovered) == snapshots[cut]
        for (now, message), expected in zip(journal[cut:], outputs[cut:], strict=True):
            assert encode_all(handle(recovered, message, now)) == expected, f"outputs after a cut at {cut}: {message}"
        assert snapshot(recovered) == final, f"state after a cut at {cut}"
    return outputs


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=40))
def test_a_storm_recovers_from_every_cut(steps: list[tuple[Any, ...]]) -> None:
    """What a live engine journals, its restarts included."""
    rig = Rig()
    play(rig, steps)
    journal = rig.journal[-60:]
    start = len(rig.journal) - len(journal)
    before = Engine(rig.settings)
    for now, message in rig.journal[:start]:
        handle(before, message, now)
    outputs = check_every_cut(before, lambda: Engine(rig.settings), journal, every=7)
    assert outputs == rig.outputs[start:]


@settings(max_examples=150)
@given(st.lists(st.tuples(DELAYS, ANYTHING), max_size=60), st.booleans(), st.booleans())
def test_anything_recovers_from_every_cut(steps: list[tuple[int, Message]], live: bool, limited: bool) -> None:
    """Any message at any time: nothing raises, everything said can be encoded, exposure is what it would be from scratch."""
    rig = Rig(LIMITED, live=live) if limited else Rig(live=live)
    for delay, message in steps:
        rig.now = Nanos(rig.now + delay)
        rig.tell(message)
    check_every_cut(Engine(rig.settings), lambda: Engine(rig.settings), rig.journal, every=9)
