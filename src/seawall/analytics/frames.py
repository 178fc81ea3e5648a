"""From a recorder's packed columns to data frames. Decimals are built from ints, exactly: no float comes near money, price or quantity."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from seawall.analytics.columns import Ints, Texts
from seawall.analytics.recorder import CashKind, Recorder
from seawall.analytics.round_trips import RoundTripColumns
from seawall.api.instruments import Instrument
from seawall.api.units import Currency

TIME = pl.Datetime("ns", "UTC")
PRECISION = 38  # Digits of a decimal column.


def fills_frame(recorder: Recorder) -> pl.DataFrame:
    """ts, strategy, venue, symbol, side, quantity, price, fee, fee_asset, liquidity, order_id, trade_id; a row per fill, as booked."""
    fills, instruments = recorder.fills, list(recorder.instruments.values())
    return pl.DataFrame(
        {
            "ts": times(fills.time),
            "strategy": texts(fills.strategy),
            **_venue_and_symbol(instruments, fills.instrument),
            "side": texts(fills.side),
            "quantity": _quantities(fills.quantity, fills.instrument, instruments),
            "price": _prices(fills.price, fills.instrument, instruments),
            "fee": _decimals(fills.fee, fills.fee_currency, _currency_units(recorder, fills.fee_currency)),
            "fee_asset": texts(fills.fee_currency),
            "liquidity": texts(fills.liquidity),
            "order_id": ints(fills.order_id),
            "trade_id": ints(fills.trade_id),
        }
    )


def orders_frame(recorder: Recorder) -> pl.DataFrame:
    """ts (when it was made), ts_ended, strategy, venue, symbol, side, order_type, time_in_force, quantity, price, filled_quantity, status,
    reason, client_order_id, order_id, decision_price; a row per order, in the order of ending. Absent: null."""
    orders, instruments = recorder.orders, list(recorder.instruments.values())
    return pl.DataFrame(
        {
            "ts": times(orders.created_time),
            "ts_ended": times(orders.ended_time),
            "strategy": texts(orders.strategy),
            **_venue_and_symbol(instruments, orders.instrument),
            "side": texts(orders.side),
            "order_type": texts(orders.order_type),
            "time_in_force": texts(orders.time_in_force),
            "quantity": _quantities(orders.quantity, orders.instrument, instruments),
            "price": _prices(orders.price, orders.instrument, instruments),
            "filled_quantity": _quantities(orders.filled_quantity, orders.instrument, instruments),
            "status": texts(orders.status),
            "reason": texts(orders.reason),
            "client_order_id": pl.Series(orders.client_order_id, dtype=pl.String).str.split("\n").explode(),
            "order_id": ints(orders.order_id),
            "decision_price": _prices(orders.decision_price, orders.instrument, instruments),
        }
    ).with_columns(pl.when(pl.col(name) != 0).then(pl.col(name)) for name in ("price", "order_id", "decision_price"))


def cash_frame(recorder: Recorder) -> pl.DataFrame:
    """ts, venue, account, currency, amount, kind; a row per movement of money that is not a fill."""
    rows = recorder.movements
    currency, kind = Texts(), Texts(CashKind)
    currency.extend([row.currency for row in rows])
    kind.extend([row.kind for row in rows])
    return pl.DataFrame(
        {
            "ts": times(Ints(row.time for row in rows)),
            "venue": pl.Series([row.venue for row in rows], dtype=pl.String),
            "account": pl.Series([row.account for row in rows], dtype=pl.String),
            "currency": texts(currency),
            "amount": _decimals(Ints(row.amount for row in rows), currency, _currency_units(recorder, currency)),
            "kind": texts(kind),
        }
    )


def equity_frame(recorder: Recorder) -> pl.DataFrame:
    """ts, equity"""
    time, equity, _, _ = recorder.equity.columns
    return pl.DataFrame({"ts": times(time), "equity": _money(recorder, equity)})


def exposure_frame(recorder: Recorder) -> pl.DataFrame:
    """ts, gross, net"""
    time, _, gross, net = recorder.equity.columns
    return pl.DataFrame({"ts": times(time), "gross": _money(recorder, gross), "net": _money(recorder, net)})


def prices_frame(recorder: Recorder) -> pl.DataFrame:
    """ts, venue, symbol, price; instrument after instrument, each in time order."""
    sampled = [recorder.instruments[i] for i, samples in recorder.prices.items() if len(samples.columns[0])]
    time, price, instrument = Ints(), Ints(), Texts(i.id for i in sampled)
    for one in sampled:
        times_of, prices_of = recorder.prices[one.id].columns
        time.extend(list(times_of.values))
        price.extend(list(prices_of.values))
        instrument.extend([one.id] * len(times_of))
    return pl.DataFrame({"ts": times(time), **_venue_and_symbol(sampled, instrument), "price": _prices(price, instrument, sampled)})


def round_trips_frame(recorder: Recorder, trips: RoundTripColumns) -> pl.DataFrame:
    """ts (opened), ts_closed, strategy, venue, symbol, side (of the entry), quantity (closed), pnl (net of fees), currency, still_open"""
    instruments = list(recorder.instruments.values())
    return pl.DataFrame(
        {
            "ts": times(trips.opened),
            "ts_closed": times(trips.closed),
            "strategy": texts(trips.strategy),
            **_venue_and_symbol(instruments, trips.instrument),
            "side": texts(trips.side),
            "quantity": _quantities(trips.lots, trips.instrument, instruments),
            "pnl": _decimals(trips.profit, trips.instrument, [(1, i.quote_decimals) for i in instruments]),
            "currency": _pick([i.quote for i in instruments], trips.instrument),
            "still_open": ints(trips.still_open).cast(pl.Boolean),
        }
    )


def ints(column: Ints) -> pl.Series:
    """A copy: the recorder may go on."""
    if isinstance(column.values, list):
        return pl.Series(column.values, dtype=pl.Int128)
    return pl.Series(np.array(column.values, dtype=np.int64))


def times(column: Ints) -> pl.Series:
    return ints(column).cast(TIME)


def codes(column: Texts) -> pl.Series:
    return pl.Series(np.array(column.codes, dtype=np.int32))


def texts(column: Texts) -> pl.Series:
    return _pick(column.texts, column)


def decimals(units: pl.Series, places: int) -> pl.Series:
    """Whole units of 10**-places as an exact decimal column."""
    return units.cast(pl.Int128).reinterpret(dtype=pl.Decimal(PRECISION, places))


def places_of(scale: int) -> int:
    return len(str(scale)) - 1


def _pick(values: Sequence[str], column: Texts) -> pl.Series:
    return pl.Series(values, dtype=pl.String).gather(codes(column))


def _venue_and_symbol(instruments: Sequence[Instrument], column: Texts) -> dict[str, pl.Series]:
    return {"venue": _pick([i.venue for i in instruments], column), "symbol": _pick([i.symbol for i in instruments], column)}


def _prices(column: Ints, instrument: Texts, instruments: Sequence[Instrument]) -> pl.Series:
    return _decimals(column, instrument, [(i.tick, places_of(i.price_scale)) for i in instruments])


def _quantities(column: Ints, instrument: Texts, instruments: Sequence[Instrument]) -> pl.Series:
    return _decimals(column, instrument, [(i.lot, places_of(i.quantity_scale)) for i in instruments])


def _currency_units(recorder: Recorder, column: Texts) -> list[tuple[int, int]]:
    return [(1, recorder.decimals_of(Currency(currency))) for currency in column.texts]


def _money(recorder: Recorder, column: Ints) -> pl.Series:
    return decimals(ints(column), recorder.valuation_decimals)


def _decimals(column: Ints, key: Texts, units: Sequence[tuple[int, int]]) -> pl.Series:
    """Counts of a unit that depends on the row's key, as decimals of one scale: the finest of all. `units`: (unit, decimal places)."""
    scale = max((places for _, places in units), default=0)
    factors = pl.Series([unit * 10 ** (scale - places) for unit, places in units], dtype=pl.Int128)
    return decimals(ints(column).cast(pl.Int128) * factors.gather(codes(key)), scale)
