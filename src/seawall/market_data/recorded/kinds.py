"""What a table of market data is, told by its columns. A new spelling of a column is one word here."""

from collections.abc import Iterable
from enum import StrEnum

from seawall.market_data.recorded.errors import RecordingError


class Kind(StrEnum):
    TRADE = "trade"
    QUOTE = "quote"
    BAR = "bar"


# The integer columns of a chunk, by kind; mixed chunks are padded with zeros to the widest.
ROW_COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.TRADE: ("price", "quantity", "aggressor", "trade_id"),
    Kind.QUOTE: ("bid", "bid_quantity", "ask", "ask_quantity"),
    Kind.BAR: ("open", "high", "low", "close", "volume"),
}
WIDEST = 5

# Our name of a column -> the spellings we know, compared in lower case, the first one present wins.
_TIME = ("timestamp", "time", "datetime", "date")
_SPELLINGS: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.TRADE: {
        "time": ("ts_recv", "ts_event", "ts", *_TIME),
        "price": ("price",),
        "quantity": ("qty", "quantity", "size", "amount"),
        "aggressor": ("aggressor", "side"),
        "trade_id": ("trade_id", "id"),
    },
    Kind.QUOTE: {
        "time": ("ts_recv", "ts_event", "ts", *_TIME),
        "bid": ("bid_px", "bid", "bid_price"),
        "bid_quantity": ("bid_qty", "bid_size", "bid_quantity"),
        "ask": ("ask_px", "ask", "ask_price"),
        "ask_quantity": ("ask_qty", "ask_size", "ask_quantity"),
    },
    Kind.BAR: {
        "time": ("ts", "open_time", *_TIME),
        "open": ("open",),
        "high": ("high",),
        "low": ("low",),
        "close": ("close",),
        "volume": ("volume",),
        "bid": ("bid_close",),
        "bid_quantity": ("bid_qty_last",),
        "ask": ("ask_close",),
        "ask_quantity": ("ask_qty_last",),
    },
}
_OPTIONAL: dict[Kind, tuple[str, ...]] = {
    Kind.TRADE: ("aggressor", "trade_id"),
    Kind.QUOTE: (),
    Kind.BAR: ("bid", "bid_quantity", "ask", "ask_quantity"),
}
_DEPTH_MARKS = ("is_snapshot", "first_update_id", "final_update_id")


def recognise(columns: Iterable[str], name: str) -> tuple[Kind, dict[str, str]]:
    """The kind of the table `name`, and our column names -> the table's.

    Raises:
        RecordingError: depth, which is not read yet; no kind or several kinds fit.
    """
    present = {column.lower(): column for column in columns}
    if any(mark in present for mark in _DEPTH_MARKS):
        raise RecordingError(f"{name}: this is order book depth, and depth is not read yet", "Trades, quotes and bars are.")
    found = {kind: _match(kind, present) for kind in Kind}
    missing = {kind: [c for c in _SPELLINGS[kind] if c not in found[kind] and c not in _OPTIONAL[kind]] for kind in Kind}
    fits = [kind for kind in Kind if not missing[kind]]
    if len(fits) == 1:
        return fits[0], found[fits[0]]
    if fits:
        raise RecordingError(f"{name}: the columns fit {' and '.join(fits)} rows alike", "Put each kind into a table of its own.")
    nearest = min(Kind, key=lambda kind: len(missing[kind]) / len(_SPELLINGS[kind]))
    lacking = ", ".join("|".join(_SPELLINGS[nearest][column]) for column in missing[nearest])
    raise RecordingError(
        f"{name}: not a table of {', '.join(f'{kind}s' for kind in Kind)}; closest to {nearest}s, which would also need: {lacking}",
        f"Found {', '.join(present.values()) or 'no columns'}. " + " ".join(_describe(kind) for kind in Kind),
    )


def time_spellings(kind: Kind) -> tuple[str, ...]:
    return _SPELLINGS[kind]["time"]


def _match(kind: Kind, present: dict[str, str]) -> dict[str, str]:
    spelled = {column: next((s for s in spellings if s in present), None) for column, spellings in _SPELLINGS[kind].items()}
    return {column: present[spelling] for column, spelling in spelled.items() if spelling is not None}


def _describe(kind: Kind) -> str:
    needed = (s[0] for column, s in _SPELLINGS[kind].items() if column not in _OPTIONAL[kind])
    return f"{kind.capitalize()}s have {', '.join(needed)}."
