"""A market's history page by page, from where a cursor stands. What a page is worth is decided here: nothing twice, nothing left out that
the exchange would give, no bar that is still being made."""

from collections.abc import Iterator
from typing import Any

import msgspec

from seawall.market_data.fetch.exchange import Exchange, FetchError

PAGE = 1_000  # Rows to ask for; many exchanges give fewer.
_HOUR = 3_600_000
_EMPTY_STEP = 100  # Bars to go on by where a page is empty: the least that an exchange gives at once.

Row = tuple[Any, ...]


class Cursor(msgspec.Struct):
    """Where a history goes on, in milliseconds since 1970."""

    since: int
    seen: list[str] = []  # Ids of the trades at `since` that are there already.
    last_id: int | None = None
    crowded: int = 0  # Milliseconds with more trades than the exchange shows: the rest of them is missing.


class History(msgspec.Struct):
    """One page: new rows, and where to go on after them."""

    rows: list[Row]
    cursor: Cursor


def bars_of(exchange: Exchange, timeframe: str, cursor: Cursor, until: int) -> Iterator[History]:
    """(open time, open, high, low, close, volume) of every bar that opens before `until` and has closed.

    Raises:
        FetchError: a timeframe that the exchange does not have, or what `Exchange.ask` raises.
    """
    known = exchange.client.timeframes or {}
    if timeframe not in known:
        raise FetchError(f"{exchange.id} has no bars of {timeframe!r}", f"there are {', '.join(known) or 'none'}")
    step = int(exchange.client.parse_timeframe(timeframe)) * 1_000
    since = cursor.since
    while since < (end := min(until, exchange.client.milliseconds() - step + 1)):
        page = exchange.ask("fetch_ohlcv", timeframe, since, PAGE)
        scale = exchange.contract_size
        rows = [(int(t), o, h, low, c, v * scale) for t, o, h, low, c, v in page if since <= t < end and None not in (o, h, low, c, v)]
        rows.sort()
        rows = [row for row, after in zip(rows, [*rows[1:], None], strict=True) if after is None or after[0] != row[0]]
        since = rows[-1][0] + step if rows else since + _EMPTY_STEP * step
        yield History(list(rows), Cursor(min(since, end) if not rows else since))


def trades_of(exchange: Exchange, cursor: Cursor, until: int) -> Iterator[History]:
    """(time, id, price, quantity, side) of every trade before `until`. Ids that are no numbers are 0."""
    by_id = exchange.id.startswith("binance")  # Its ids count: the next page begins at the next one, with no doubt.
    while cursor.since < min(until, exchange.client.milliseconds()):
        exact = by_id and cursor.last_id is not None
        if exact:
            page = exchange.ask("fetch_trades", None, PAGE, fromId=(cursor.last_id or 0) + 1)
        else:
            page = exchange.ask("fetch_trades", cursor.since, PAGE)
        later = [trade for trade in page if trade["timestamp"] >= cursor.since]
        new = [t for t in later if t["timestamp"] < until and not (t["timestamp"] == cursor.since and str(t["id"]) in cursor.seen)]
        new.sort(key=_place)
        cursor = _after(cursor, later, new, exact=exact)
        yield History([_trade(trade, exchange.contract_size) for trade in new], cursor)
        if any(trade["timestamp"] >= until for trade in later) or (exact and not page):
            return


def _after(cursor: Cursor, page: list[dict[str, Any]], new: list[dict[str, Any]], *, exact: bool) -> Cursor:
    if new:
        last = max(int(trade["timestamp"]) for trade in new)
        seen = [str(trade["id"]) for trade in new if trade["timestamp"] == last]
        if last == cursor.since:
            seen = [*cursor.seen, *seen]
        ids = [int(trade["id"]) for trade in new if str(trade["id"]).isdigit()]
        return Cursor(last, seen, max(ids, default=cursor.last_id), cursor.crowded)
    if exact:
        return cursor
    if len(page) >= PAGE:
        return Cursor(cursor.since + 1, [], cursor.last_id, cursor.crowded + 1)
    return Cursor(cursor.since + _HOUR, [], cursor.last_id, cursor.crowded)  # The window that some look at: nothing happened in it.


def _place(trade: dict[str, Any]) -> tuple[int, int]:
    """Within one millisecond ids tell the order, as numbers: ccxt sorts them as texts."""
    number = str(trade["id"])
    return int(trade["timestamp"]), int(number) if number.isdigit() else 0


def _trade(trade: dict[str, Any], contract_size: float) -> Row:
    number = str(trade["id"])
    side = trade["side"] if trade["side"] in ("buy", "sell") else None
    return int(trade["timestamp"]), int(number) if number.isdigit() else 0, float(trade["price"]), trade["amount"] * contract_size, side
