"""Recorded floats to ticks and lots, a column at a time. A price off the grid refuses its row, of depth its message; quantities are rounded
down to the lot."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from seawall.market_data.recorded.depth import whole_messages
from seawall.market_data.recorded.grid import on_grid
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.rows import Bools, Floats, Ints, Refusal

REFUSALS: tuple[Refusal, ...] = tuple(Refusal)  # A row's refusal code is the position here plus one.
_EXACT = 2.0**53  # Floats count every integer up to here.

Codes = npt.NDArray[np.uint8]


class Scale(NamedTuple):
    """Of one instrument, or one array element for each row."""

    price_scale: Any
    tick: Any
    quantity_scale: Any
    lot: Any


def convert(kind: Kind, raw: dict[str, Any], scale: Scale) -> tuple[tuple[Ints, ...], Codes]:
    """The integer columns of `kind`, and for each row 0 or why it is refused (its integers are then meaningless)."""
    codes = np.zeros(len(raw["time"]), dtype=np.uint8)
    with np.errstate(invalid="ignore", over="ignore"):
        return _CONVERSIONS[kind](raw, scale, codes), codes


def _trades(raw: dict[str, Any], scale: Scale, codes: Codes) -> tuple[Ints, ...]:
    price = _ticks(raw["price"], scale, codes)
    quantity = _lots(raw["quantity"], scale, codes)
    _refuse(codes, raw["quantity"] <= 0, Refusal.NOT_POSITIVE)
    _refuse(codes, quantity == 0, Refusal.UNDER_ONE_LOT)
    for name in ("execution", "block"):
        if name in raw:
            _refuse(codes, raw[name], Refusal.OUTSIDE_MARKET)
    return price, quantity, raw["aggressor"], raw["trade_id"]


def _quotes(raw: dict[str, Any], scale: Scale, codes: Codes) -> tuple[Ints, ...]:
    bid, bid_quantity, ask, ask_quantity = (
        convert_side(raw[name], scale, codes)
        for name, convert_side in (("bid", _side), ("bid_quantity", _lots), ("ask", _side), ("ask_quantity", _lots))
    )
    _refuse(codes, (bid > ask) & (ask > 0), Refusal.CROSSED)
    ids = (raw["update_id"],) if "update_id" in raw else ()  # Where they were asked for.
    return bid, bid_quantity, ask, ask_quantity, *ids


def _bars(raw: dict[str, Any], scale: Scale, codes: Codes) -> tuple[Ints, ...]:
    opened, high, low, close = (_ticks(raw[name], scale, codes) for name in ("open", "high", "low", "close"))
    volume = _lots(raw["volume"], scale, codes)
    _refuse(codes, (np.maximum(opened, close) > high) | (np.minimum(opened, close) < low), Refusal.BROKEN_BAR)
    return opened, high, low, close, volume


def _depth(raw: dict[str, Any], scale: Scale, codes: Codes) -> tuple[Ints, ...]:
    price = _ticks(raw["price"], scale, codes)
    quantity = _lots(raw["quantity"], scale, codes)
    if codes.any():
        _refuse(codes, whole_messages(codes != 0, raw["flags"]), Refusal.BROKEN_MESSAGE)
    return price, quantity, raw["flags"], raw["previous"], raw["update_id"]


_CONVERSIONS: dict[Kind, Callable[[dict[str, Any], Scale, Codes], tuple[Ints, ...]]] = {
    Kind.TRADE: _trades,
    Kind.QUOTE: _quotes,
    Kind.BAR: _bars,
    Kind.DEPTH: _depth,
}


def _ticks(values: Floats, scale: Scale, codes: Codes) -> Ints:
    scaled = _scaled(values, scale.price_scale, scale.tick)
    nearest = np.rint(scaled)
    good = on_grid(scaled, nearest) & (nearest > 0) & (nearest < _EXACT)
    if good.all():
        return nearest.astype(np.int64)
    _refuse(codes, ~np.isfinite(values), Refusal.NOT_A_NUMBER)
    _refuse(codes, values <= 0, Refusal.NOT_POSITIVE)
    _refuse(codes, ~good, Refusal.OFF_GRID)
    return np.where(good, nearest, 0).astype(np.int64)


def _side(values: Floats, scale: Scale, codes: Codes) -> Ints:
    """A price of 0 is an empty side."""
    empty = values == 0
    if not empty.any():
        return _ticks(values, scale, codes)
    own = np.zeros_like(codes)
    ticks = _ticks(values, scale, own)
    np.copyto(codes, own, where=(codes == 0) & ~empty)
    return np.where(empty, 0, ticks)


def _lots(values: Floats, scale: Scale, codes: Codes) -> Ints:
    scaled = _scaled(values, scale.quantity_scale, scale.lot)
    nearest = np.rint(scaled)
    whole = np.where(on_grid(scaled, nearest), nearest, np.floor(scaled))
    good = (whole >= 0) & (whole < _EXACT)
    if good.all():
        return whole.astype(np.int64)
    _refuse(codes, values < 0, Refusal.NOT_POSITIVE)
    _refuse(codes, ~good, Refusal.NOT_A_NUMBER)
    return np.where(good, whole, 0).astype(np.int64)


def _scaled(values: Floats, scale: Any, unit: Any) -> Floats:
    scaled: Floats = values * scale
    return scaled if isinstance(unit, int) and unit == 1 else scaled / unit


def _refuse(codes: Codes, bad: Bools, refusal: Refusal) -> None:
    if bad.any():
        codes[bad & (codes == 0)] = REFUSALS.index(refusal) + 1
