"""What a table of market data is, told by its columns. A new spelling of a column is one word here."""

from collections.abc import Iterable
from enum import StrEnum

from seawall.market_data.recorded.errors import RecordingError


class Kind(StrEnum):
    TRADE = "trade"
    QUOTE = "quote"
    BAR = "bar"
    DEPTH = "depth"


# The integer columns of a chunk, by kind; mixed chunks are padded with zeros to the widest. Rows of depth are what a `BookBuilder` takes.
ROW_COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.TRADE: ("price", "quantity", "aggressor", "trade_id"),
    Kind.QUOTE: ("bid", "bid_quantity", "ask", "ask_quantity"),
    Kind.BAR: ("open", "high", "low", "close", "volume"),
    Kind.DEPTH: ("price", "quantity", "flags", "previous", "update_id"),
}
WIDEST = 5
PRICES = ("price", "bid", "ask", "open", "high", "low", "close")
QUANTITIES = ("quantity", "bid_quantity", "ask_quantity", "volume")

# Our name of a column -> the spellings we know, compared in lower case, the first one present wins.
_TIME = ("timestamp", "time", "datetime", "date")
_CLOCKS = {"sequence": ("msg_seq",), "sent": ("ts_event",), "happened": ("ts_trade", "ts_trans")}
_SPELLINGS: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.TRADE: {
        "time": ("ts_recv", "ts_event", "ts_trade", "ts", *_TIME),
        "price": ("price",),
        "quantity": ("qty", "quantity", "size", "amount"),
        "aggressor": ("aggressor", "side"),
        "trade_id": ("trade_id", "id"),
        "execution": ("exec_type",),
        "block": ("is_block_trade", "isblocktrade", "block_trade", "block_trade_id"),
        **_CLOCKS,
    },
    Kind.QUOTE: {
        "time": ("ts_recv", "ts_event", "ts", *_TIME),
        "bid": ("bid_px", "bid", "bid_price"),
        "bid_quantity": ("bid_qty", "bid_size", "bid_quantity"),
        "ask": ("ask_px", "ask", "ask_price"),
        "ask_quantity": ("ask_qty", "ask_size", "ask_quantity"),
        "update_id": ("update_id",),
        **_CLOCKS,
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
    Kind.DEPTH: {
        "time": ("ts_recv", "ts_event", "ts", *_TIME),
        "side": ("side",),
        "price": ("price",),
        "quantity": ("qty", "quantity", "size", "amount"),
        "is_snapshot": ("is_snapshot",),
        "first_update_id": ("first_update_id",),
        "update_id": ("final_update_id",),
        "prev_update_id": ("prev_update_id",),
        **_CLOCKS,
    },
}
_OPTIONAL: dict[Kind, tuple[str, ...]] = {
    Kind.TRADE: ("aggressor", "trade_id", "execution", "block", *_CLOCKS),
    Kind.QUOTE: ("update_id", *_CLOCKS),
    Kind.BAR: ("bid", "bid_quantity", "ask", "ask_quantity"),
    Kind.DEPTH: ("prev_update_id", *_CLOCKS),
}
_DEPTH_MARKS = ("is_snapshot", "first_update_id", "final_update_id")


def recognise(columns: Iterable[str], name: str) -> tuple[Kind, dict[str, str]]:
    """The kind of the table `name`, and our column names -> the table's.

    Raises:
        RecordingError: no kind or several kinds fit.
    """
    present = {column.lower(): column for column in columns}
    # A level has a price and a quantity, as a trade has: its marks tell them apart.
    kinds = (Kind.DEPTH,) if any(mark in present for mark in _DEPTH_MARKS) else tuple(kind for kind in Kind if kind is not Kind.DEPTH)
    found = {kind: _match(kind, present) for kind in kinds}
    missing = {kind: [c for c in _SPELLINGS[kind] if c not in found[kind] and c not in _OPTIONAL[kind]] for kind in kinds}
    fits = [kind for kind in kinds if not missing[kind]]
    if len(fits) == 1:
        return fits[0], found[fits[0]]
    if fits:
        raise RecordingError(f"{name}: the columns fit {' and '.join(fits)} rows alike", "Put each kind into a table of its own.")
    nearest = min(kinds, key=lambda kind: len(missing[kind]) / len(_SPELLINGS[kind]))
    lacking = ", ".join("|".join(_SPELLINGS[nearest][column]) for column in missing[nearest])
    raise RecordingError(
        f"{name}: not a table of {', '.join(map(plural, Kind))}; closest to {plural(nearest)}, which would also need: {lacking}",
        f"Found {', '.join(present.values()) or 'no columns'}. " + " ".join(_describe(kind) for kind in Kind),
    )


def time_spellings(kind: Kind) -> tuple[str, ...]:
    return _SPELLINGS[kind]["time"]


def _match(kind: Kind, present: dict[str, str]) -> dict[str, str]:
    spelled = {column: next((s for s in spellings if s in present), None) for column, spellings in _SPELLINGS[kind].items()}
    return {column: present[spelling] for column, spelling in spelled.items() if spelling is not None}


def plural(kind: Kind) -> str:
    return str(kind) if kind is Kind.DEPTH else f"{kind}s"


def _describe(kind: Kind) -> str:
    needed = (s[0] for column, s in _SPELLINGS[kind].items() if column not in _OPTIONAL[kind])
    return f"{plural(kind).capitalize()} {'has' if kind is Kind.DEPTH else 'have'} {', '.join(needed)}."
