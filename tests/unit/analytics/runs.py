"""Runs written down as text, for the tests of the analytics room. A fill a line:

DAY TIME STRATEGY VENUE:SYMBOL SIDE QUANTITY @ PRICE fee FEE ASSET
"""

from datetime import UTC, datetime
from typing import Any

from seawall.analytics.build import build_result
from seawall.analytics.recorder import Recorder
from seawall.analytics.result import Result
from seawall.analytics.summary import RunSummary
from seawall.api.instruments import Instrument, define_spot
from seawall.api.orders import Liquidity, OrderFilled, OrderStatus, OrderType, Side, TimeInForce
from seawall.api.projections import OrderClosed
from seawall.api.units import parse_decimal

INSTRUMENTS = [
    define_spot("alpha", "BTC-USDT", tick="0.01", lot="0.001", quote_decimals=6),
    define_spot("beta", "BTC-USDT", tick="0.1", lot="0.0001", quote_decimals=6),
    define_spot("beta", "ETH-USDC", tick="0.01", lot="0.01"),
    define_spot("beta", "BNB-USDT", tick="0.1", lot="0.01", quote_decimals=6),
]


def at(text: str) -> int:
    """Nanoseconds of "DAY HH:MM" in January 2024."""
    return int(datetime.strptime(f"2024-01-{text} +0000", "%Y-%m-%d %H:%M %z").astimezone(UTC).timestamp()) * 10**9


def recorder(valuation_decimals: int = 2, instruments: list[Instrument] = INSTRUMENTS) -> Recorder:
    return Recorder(instruments, "USDT", valuation_decimals)


def record(into: Recorder, text: str, decision: str | None = None) -> None:
    """Records a fill per line, each of an order of its own that saw the price `decision`, or else its fill's."""
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        day, time, strategy, instrument_id, side, quantity, _, price, _, fee, asset = line.split()
        instrument = into.instruments[instrument_id]
        lots = parse_decimal(quantity, instrument.lot, instrument.quantity_scale)
        ticks = parse_decimal(price, instrument.tick, instrument.price_scale)
        decided = ticks if decision is None else parse_decimal(decision, instrument.tick, instrument.price_scale)
        when, fee_minor = at(f"{day} {time}"), parse_decimal(fee, 1, 10 ** into.currency_decimals[asset])
        head = ("main", f"1-{number}", instrument.id, number, 100 + number, Side(side), ticks)
        into.fill(strategy, OrderFilled(*head, lots, lots, 0, Liquidity.TAKER, fee_minor, asset, when))
        into.order(order(strategy, instrument_id, Side(side), lots, made=when, filled=lots, number=number, decision_price=decided))


def order(
    strategy: str,
    instrument: str,
    side: Side,
    quantity: int,
    *,
    made: int,
    filled: int,
    ended: int | None = None,
    status: OrderStatus = OrderStatus.FILLED,
    reason: str = "",
    number: int = 0,
    decision_price: int = 0,
) -> OrderClosed:
    """A market order; `number` 0: the venue never took it."""
    return OrderClosed(
        strategy, "tag", f"1-{number or 1}", number, instrument, side, OrderType.MARKET, TimeInForce.IOC, quantity, 0, filled, 0,
        status, reason, decision_price, made, made if ended is None else ended,
    )  # fmt: skip


def result(into: Recorder, marks: dict[str, str] | None = None, **changes: Any) -> Result:
    """Ten days on 10,000 USDT; `marks` are prices by instrument."""
    by_id = into.instruments
    summary: dict[str, Any] = {
        "strategies": ("ema",),
        "start": at("01 00:00"),
        "end": at("11 00:00"),
        "complete": True,
        "opening_equity": 10_000 * 10**into.valuation_decimals,
        "marks": {i: parse_decimal(price, by_id[i].tick, by_id[i].price_scale) for i, price in (marks or {}).items()},
        "rates": {"USDC": (999, 1000)},
    }
    return build_result(into, RunSummary(**summary | changes))


def result_of(text: str, marks: dict[str, str] | None = None, **changes: Any) -> Result:
    into = recorder()
    record(into, text)
    return result(into, marks, **changes)
