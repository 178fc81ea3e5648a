"""How long all pre-trade checks take on one order: two venues, three symbols each, positions, working orders, all limits set."""

from time import perf_counter_ns

from seawall.api.instruments import define_spot
from seawall.api.market_data import QuoteChanged, Traded
from seawall.api.message import Address, Tick
from seawall.api.orders import AccountId, OrderType, Side, TimeInForce, TradeId
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.signals import OrderRequested, StrategyStarted
from seawall.api.supervision import TradingMode
from seawall.api.units import SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.engine.core.gate import ApprovedOrder
from seawall.engine.core.intent import Intent
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.venues.settings import SessionSettings, VenueSettings
from seawall.engine.core.venues.state import SessionStatus
from seawall.runtime.machine import handle
from seawall.runtime.rng import Rng

VENUES = ("alpha", "beta")
SYMBOLS = ("BTC-USDT", "ETH-USDT", "SOL-USDT")
STRATEGY = Address("strategy:bench")
ORDERS = 100_000


def run() -> dict[str, float]:
    engine = build()
    review = engine.gate.review
    times = []
    for number, step in enumerate(_steps()):
        intent, now = _intent(engine, step), Nanos(10 * SECOND + number)  # Made just before, as it is when a signal comes.
        before = perf_counter_ns()
        verdict = review(intent, now)
        times.append(perf_counter_ns() - before)
        assert type(verdict) is ApprovedOrder, verdict
    times.sort()
    clock = _clock_ns()
    return {"risk_check_us_p50": (times[ORDERS // 2] - clock) / 1_000, "risk_check_us_p99": (times[ORDERS * 99 // 100] - clock) / 1_000}


def _clock_ns() -> int:
    """What looking at the clock twice costs by itself."""
    times = []
    for _ in range(ORDERS):
        before = perf_counter_ns()
        times.append(perf_counter_ns() - before)
    return sorted(times)[ORDERS // 2]


def build() -> Engine:
    instruments = tuple(define_spot(v, s, tick="0.01", lot="0.0001", min_notional="5") for v in VENUES for s in SYMBOLS)
    limits = Limits(
        max_order_value=10**15,
        max_order_quantity={i.symbol: 10**12 for i in instruments},
        position={i.symbol: SymbolLimits(max_long=10**12, max_short=10**12) for i in instruments},
        max_total_notional=10**17,
        max_orders=1_000_000,
        max_concentration_bps=9_900,
        concentration_bps={i.symbol: 9_900 for i in instruments},
        max_strategy_notional=10**17,
        max_position_notional=10**17,
        max_leverage_bps=10_000,
        max_repeats=1_000_000,
        duplicate_window=Nanos(1),
        max_messages=1_000_000,
        max_daily_trades=1_000_000,
        max_portfolio_loss_bps=1_000,
        max_drawdown_bps=1_000,
        max_daily_loss=10**15,
        max_var=10**15,
        max_strategy_loss=10**15,
        max_strategy_drawdown_bps=1_000,
        stop_loss_bps=1_000,
        rapid_drawdown_bps=1_000,
        max_trades=1_000_000,
        max_correlation_bps=9_900,
    )
    session = SessionSettings(heartbeat_interval=None, reconcile_interval=None)
    venues = tuple(VenueSettings(v, Address(f"venue:{v}"), AccountId(v), session) for v in VENUES)
    engine = Engine(EngineSettings(Address("engine"), venues, instruments, limits, Currency("USDT"), capital=Money(10**15)))
    for state in engine.state.sessions.values():
        state.status = SessionStatus.LIVE
    engine.state.mode = TradingMode.RUNNING
    handle(engine, StrategyStarted(STRATEGY, "bench", "1", 1.0, 0.1), Nanos(0))
    handle(engine, Tick(), Nanos(SECOND))  # The first look values the capital.
    for number, instrument in enumerate(instruments):
        now = Nanos(10 * SECOND)
        handle(engine, QuoteChanged(instrument.id, 1, Price(9_999), Quantity(10), Price(10_001), Quantity(10), now), now)
        handle(engine, Traded(instrument.id, TradeId(1), Price(10_000), Quantity(1), Side.BUY, now), now)
        wanted = OrderRequested(
            STRATEGY, instrument.symbol, Side.BUY, 1.0, f"w{number}", now, instrument.venue, OrderType.LIMIT, TimeInForce.GTC, 99.0
        )
        assert handle(engine, wanted, now)
    engine.state.strategies[STRATEGY].signals += 1  # What every order below is asked by.
    return engine


def _steps() -> list[int]:
    rng = Rng(7)
    return [rng.next_u64() for _ in range(ORDERS)]


def _intent(engine: Engine, step: int) -> Intent:
    instruments = engine.settings.instruments
    instrument = instruments[step % len(instruments)]
    market = engine.state.markets[instrument.id]
    side = Side.BUY if step >> 8 & 1 else Side.SELL
    price = Price(0) if step >> 9 & 1 else Price(9_990 + (step >> 10) % 20)
    order_type = OrderType.LIMIT if price else OrderType.MARKET
    account = engine.state.strategies[STRATEGY]
    quantity = Quantity(1_000 + (step >> 20) % 1_000)
    reference = market.touch(side)
    return Intent(
        account, "t", instrument, market, side, order_type, TimeInForce.GTC, quantity, price, reference, Nanos(10 * SECOND),
        quantity * instrument.lot_value, (price or reference) * quantity * instrument.tick_value,
    )  # fmt: skip


if __name__ == "__main__":
    print(run())
