"""Recorded depth: which rows are one message, what each message builds on, and the book as it stands when a reading begins midway."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.rows import Bools, Ints, Rows
from seawall.runtime.books import ASK, EXACT, FIRST, LAST, SNAPSHOT, BookBuilder

RECORDED = ("side", "price", "quantity", "is_snapshot", "first_update_id", "update_id", "prev_update_id")  # What to read of a source.


def with_flags(raw: dict[str, Any]) -> dict[str, Any]:
    """The columns of a row of depth, from those of a recording that starts and ends with whole messages."""
    first = starts(raw)
    last = np.append(first[1:], True) if len(first) else first
    previous: Ints = raw["prev_update_id"] if "prev_update_id" in raw else np.full(len(first), -1)
    exact = previous >= 0
    flags = raw["side"] * ASK + first * FIRST + last * LAST + raw["is_snapshot"] * SNAPSHOT + exact * EXACT
    kept = {name: values for name, values in raw.items() if name not in RECORDED or name in ("price", "quantity", "update_id")}
    return {**kept, "flags": flags.astype(np.int64), "previous": np.where(exact, previous, raw["first_update_id"] - 1)}


def starts(raw: dict[str, Any]) -> Bools:
    """Where a message begins: at another id, time or kind than the row before has."""
    changed = np.ones(len(raw["time"]), dtype=np.bool_)
    changed[1:] = False
    for name in ("update_id", "time", "is_snapshot"):
        changed[1:] |= raw[name][1:] != raw[name][:-1]
    return changed


def whole_messages(bad: Bools, flags: Ints) -> Bools:
    """Rows whose message has a bad row: without it the book would be wrong, and nobody would know. Without the message there is a gap."""
    message = np.cumsum((flags & FIRST) > 0) - 1
    broken = np.zeros(message[-1] + 1, dtype=np.bool_)
    broken[message[bad]] = True
    return broken[message]


def feed(book: BookBuilder, rows: Rows) -> Iterator[int]:
    """Applies rows of depth of one stream. Stops wherever a message is in the live book, with its id."""
    price, quantity, flags, previous, update_id = rows.columns
    side = flags & ASK
    stops = np.append(np.flatnonzero((side[1:] != side[:-1]) | ((flags[1:] & FIRST) > 0)) + 1, len(flags)) if len(flags) else flags
    firsts = np.append(0, stops[:-1])[: len(stops)]
    heads = (stops, flags[firsts], flags[stops - 1], previous[firsts], update_id[firsts])
    return book.runs(zip(*(column.tolist() for column in heads), strict=True), price.tolist(), quantity.tolist())


def as_snapshot(book: BookBuilder, time: int, stream: int) -> Rows | None:
    """Rows that build the same book anew: a snapshot, or while it is not live the messages that wait for one."""
    state = book.state
    listed: list[tuple[int, int, int, int, int]] = []
    if state.live:
        for flags, levels in ((SNAPSHOT, state.bids), (SNAPSHOT | ASK, state.asks)):
            listed += [(price, quantity, flags, -1, state.update_id) for price, quantity in levels.items()]
        _mark(listed, 0)
    for held in state.held:
        begin, flags = len(listed), EXACT if held.exact else 0
        listed += [(price, quantity, flags | is_ask * ASK, held.previous, held.update_id) for is_ask, price, quantity in held.levels]
        _mark(listed, begin)
    if not listed:
        return None
    columns = np.array(listed, dtype=np.int64).T
    return Rows(np.full(len(listed), time), np.full(len(listed), stream), tuple(columns), Kind.DEPTH)


def _mark(listed: list[tuple[int, int, int, int, int]], begin: int) -> None:
    """As one message, from there to the end."""
    for place, flag in ((begin, FIRST), (len(listed) - 1, LAST)):
        if place >= begin and place < len(listed):
            price, quantity, flags, previous, update_id = listed[place]
            listed[place] = (price, quantity, flags | flag, previous, update_id)
