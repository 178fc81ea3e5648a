"""Where rows come from: files (patterns allowed) and tables in memory, each a lazy frame in our column names.

Text files are turned once into a temporary parquet file, so that everything later reads slices without reading what precedes them.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from seawall.market_data.recorded.columns import normalise
from seawall.market_data.recorded.errors import RecordingError, first_line
from seawall.market_data.recorded.frames import as_polars, is_table

SLICE_ROWS = 262_144  # Bounds the memory of one reader; near what writers put into one row group.


class Source:
    """One table. `path` is None for one in memory."""

    def __init__(self, name: str, frame: pl.LazyFrame, venue: str, symbol: str | None, path: Path | None = None) -> None:
        self.name = name
        self.path = path
        self._spool: TemporaryDirectory[str] | None = None  # Deleted with this object.
        try:
            self.kind, self.spelled, self._frame = normalise(frame, name, venue, symbol)
            if path is not None and path.suffix == ".csv":
                self._spool_text()
            self.columns = frozenset(self._frame.collect_schema().names())
            self.rows: int = self._frame.select(pl.len()).collect().item()
        except pl.exceptions.PolarsError as error:
            raise _unreadable(name, error) from None

    @property
    def has_quotes(self) -> bool:
        return {"bid", "bid_quantity", "ask", "ask_quantity"} <= self.columns

    def slices(
        self, columns: Sequence[str], start: int = 0, stop: int | None = None, rows: int = SLICE_ROWS
    ) -> Iterator[tuple[int, pl.DataFrame]]:
        """Rows [start, stop) in order, as (first row, table) of at most `rows` each."""
        frame = self._frame.select(columns)
        stop = self.rows if stop is None else stop
        for first in range(start, stop, rows):
            try:
                table = frame.slice(first, min(rows, stop - first)).collect()
            except pl.exceptions.PolarsError as error:
                raise _unreadable(self.name, error) from None
            yield first, table

    def sha256(self) -> str:
        """Of the file's bytes; of a table in memory, of its values in our units."""
        if self.path is not None:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256()
        names = sorted(self.columns)
        for _, table in self.slices(names):
            for name in names:
                digest.update(name.encode() + _bytes_of(table[name]))
        return digest.hexdigest()

    def _spool_text(self) -> None:
        self._spool = TemporaryDirectory(prefix="seawall-")
        spooled = Path(self._spool.name) / "rows.parquet"
        self._frame.sink_parquet(spooled, compression="lz4")
        self._frame = pl.scan_parquet(spooled)


def _bytes_of(values: pl.Series) -> bytes:
    """Of texts that repeat: each text once, then which of them stands in each row."""
    if values.dtype != pl.Categorical:
        return values.to_numpy().tobytes()
    texts = sorted(values.unique().cast(pl.String))
    return "\0".join(texts).encode() + values.cast(pl.Enum(texts)).to_physical().cast(pl.UInt32).to_numpy().tobytes()


def _unreadable(name: str, error: Exception) -> RecordingError:
    return RecordingError(f"{name}: cannot be read: {first_line(error)}")


def open_sources(given: Any, venue: str, symbol: str | None) -> list[Source]:
    """Paths, patterns, tables, lists of those; a dict from "venue:symbol" to a table names each table's instrument.

    Raises:
        RecordingError: no such file, a kind of file that is not read, or what is in it.
    """
    opened: list[Source] = []
    seen: dict[Path, bool] = {}
    for item, item_venue, item_symbol, name in _items(given, venue, symbol):
        if isinstance(item, (str, Path)):
            for path in _paths(item):
                if path.resolve() not in seen:  # Patterns may overlap.
                    seen[path.resolve()] = True
                    opened.append(Source(str(path), _scan(path), item_venue, item_symbol, path))
        else:
            opened.append(Source(name or f"table {len(opened) + 1}", as_polars(item, name or "the table"), item_venue, item_symbol))
    if not opened:
        raise RecordingError("no recorded data given", "Give a parquet or CSV file, a pattern, or a data frame.")
    return opened


def _items(given: Any, venue: str, symbol: str | None) -> Iterator[tuple[Any, str, str | None, str]]:
    if isinstance(given, Mapping) and given and all(is_table(value) for value in given.values()):
        for key, table in given.items():
            own_venue, colon, own_symbol = str(key).partition(":")
            if not colon:
                own_venue, own_symbol = venue, own_venue
            yield table, own_venue, own_symbol, str(key)
    elif isinstance(given, (str, Path)) or is_table(given):
        yield given, venue, symbol, ""
    elif isinstance(given, Sequence):
        for item in given:
            yield from _items(item, venue, symbol)
    else:
        raise RecordingError(
            f"cannot read recorded data from {type(given).__name__}",
            "Give a file, a pattern, a polars or pandas frame, or a dict of arrays.",
        )


def _paths(item: str | Path) -> list[Path]:
    path = Path(item).expanduser()
    found = [Path(match) for match in sorted(glob(str(path), recursive=True))] if has_magic(str(path)) else [path]
    if not found:
        raise RecordingError(f"{path}: no file fits this pattern")
    if missing := next((p for p in found if not p.exists()), None):
        raise RecordingError(f"{missing}: no such file", "`seawall doctor` says where recorded data is looked for.")
    if folder := next((p for p in found if p.is_dir()), None):
        raise RecordingError(f"{folder}: is a directory", f"Name files in it, like '{folder}/*.parquet'.")
    return found


def _scan(path: Path) -> pl.LazyFrame:
    if path.suffix in (".parquet", ".pq"):
        return pl.scan_parquet(path)
    if path.suffix == ".csv":
        return pl.scan_csv(path, infer_schema=False)  # Texts: `normalise` knows what each column should be.
    raise RecordingError(f"{path}: a {path.suffix or 'nameless'} file is not read", "Allowed: .parquet, .pq, .csv.")
