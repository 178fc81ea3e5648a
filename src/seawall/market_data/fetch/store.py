"""Where fetched history lies: parts in a directory beside the file that is being made, with the cursor that follows them, so that whatever
interrupts, the next run goes on behind the last part. When all is there the parts become the file, and a later run adds to that."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from seawall.market_data.fetch.exchange import FetchError
from seawall.market_data.fetch.history import Cursor, Row

_KEY = "seawall.fetch"
_TIME = pl.Datetime("ms", "UTC")
_COLUMNS: dict[str, dict[str, Any]] = {
    "bars": {"ts": pl.Int64, "open": pl.Float64, "high": pl.Float64, "low": pl.Float64, "close": pl.Float64, "volume": pl.Float64},
    "trades": {"ts_trade": pl.Int64, "trade_id": pl.Int64, "price": pl.Float64, "qty": pl.Float64, "aggressor": pl.String},
}


class Progress(msgspec.Struct):
    """What stands beside the parts, and in the finished file: what it is, and where it goes on."""

    what: dict[str, str]  # Exchange, symbol, kind, timeframe, start.
    cursor: Cursor
    parts: int = 0
    rows: int = 0


class Store:
    def __init__(self, path: Path, what: dict[str, str], start: int, venue: str, symbol: str) -> None:
        """Raises: FetchError: the file is there and holds something else, or cannot be written."""
        self.path = path
        self._folder = path.with_name(path.name + ".parts")
        self._labels = {"venue": venue, "symbol": symbol}
        self._time, self._schema = ("ts", _COLUMNS["bars"]) if what["kind"] == "bars" else ("ts_trade", _COLUMNS["trades"])
        self._waiting: list[Row] = []
        self.progress = self._found(what) or Progress(what, Cursor(start))
        self._cursor = self.progress.cursor
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FetchError(f"{self._folder}: {error.strerror}", "name a directory that can be written with --out") from None

    @property
    def cursor(self) -> Cursor:
        return self.progress.cursor

    def add(self, rows: Sequence[Row], cursor: Cursor) -> None:
        self._waiting += rows
        self._cursor = cursor

    def keep(self) -> None:
        """What was added since the last time becomes a part. The cursor counts it only once it lies there."""
        progress = self.progress
        if self._waiting:
            _replace(self._part(progress.parts + 1), lambda path: self._table(self._waiting).write_parquet(path))
            progress = Progress(progress.what, self._cursor, progress.parts + 1, progress.rows + len(self._waiting))
        elif self._cursor == progress.cursor:
            return
        else:
            progress = Progress(progress.what, self._cursor, progress.parts, progress.rows)
        encoded = msgspec.json.encode(progress)
        _replace(self._folder / "progress.json", lambda path: path.write_bytes(encoded))
        self.progress, self._waiting = progress, []

    def finish(self) -> int:
        """The parts behind what the file had; how many rows it has now."""
        self.keep()
        parts = [self._part(number) for number in range(1, self.progress.parts + 1)]
        if parts or not self.path.exists():
            tables = [pl.scan_parquet(path) for path in ([self.path] if self.path.exists() else []) + parts]
            whole = pl.concat(tables).collect() if tables else self._table([])
            note = {_KEY: msgspec.json.encode(Progress(self.progress.what, self.cursor, 0, whole.height)).decode()}
            _replace(self.path, lambda path: whole.write_parquet(path, metadata=note))
            self.progress.rows = whole.height
        shutil.rmtree(self._folder, ignore_errors=True)
        return self.progress.rows

    def _table(self, rows: Sequence[Row]) -> pl.DataFrame:
        table = pl.DataFrame(rows, schema=self._schema, orient="row").with_columns(
            pl.col(self._time).cast(_TIME), *(pl.lit(value).cast(pl.Categorical).alias(name) for name, value in self._labels.items())
        )
        return table.select(self._time, *self._labels, *(name for name in self._schema if name != self._time))

    def _found(self, what: dict[str, str]) -> Progress | None:
        """Of parts that lie there, else of the file."""
        beside = self._folder / "progress.json"
        try:
            done = self._noted() if self.path.exists() else None
            found = msgspec.json.decode(beside.read_bytes(), type=Progress) if beside.exists() else done
            if found is None:
                return None
            if done is not None and found.cursor == done.cursor:
                shutil.rmtree(self._folder, ignore_errors=True)  # It ended between the file and the end of its parts.
                found = done
        except (msgspec.DecodeError, pl.exceptions.PolarsError, OSError) as error:
            raise FetchError(f"{self.path}: what was fetched before cannot be read: {error}", "remove it, or use another --out") from None
        if found.what != what:
            differing = ", ".join(f"{key} {found.what.get(key)}" for key in what if found.what.get(key) != what[key])
            raise FetchError(f"{self.path}: holds another history: {differing}", "name another directory with --out, or remove it")
        return found

    def _noted(self) -> Progress:
        note = pl.read_parquet_metadata(self.path).get(_KEY)
        if note is None:
            raise FetchError(f"{self.path}: exists, and was not fetched", "name another directory with --out")
        return msgspec.json.decode(note, type=Progress)

    def _part(self, number: int) -> Path:
        return self._folder / f"{number:06}.parquet"


def _replace(path: Path, write: Any) -> None:
    """Whole or not at all."""
    beside = path.with_name(path.name + ".new")
    write(beside)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)
