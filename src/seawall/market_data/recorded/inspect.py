"""A look at recorded data without using it: what is there, what is missing, what is odd. Never refuses a row; `open_recording` would, and
`watch.py` beside this file knows why."""

from typing import Any

import msgspec

from seawall.market_data.recorded.catalogue import Catalogue, load_catalogue
from seawall.market_data.recorded.kinds import Kind
from seawall.market_data.recorded.sources import Source, open_sources
from seawall.market_data.recorded.survey import groups
from seawall.market_data.recorded.symbols import canonical
from seawall.market_data.recorded.watch import Seen, Watch, columns_of


class Inspected(msgspec.Struct):
    """One file or table."""

    source: str
    kind: Kind
    rows: int
    instruments: list[Seen]


def inspect(sources: Any, *, instruments: Any = None, venue: str = "recorded", symbol: str | None = None) -> list[Inspected]:
    """What each source holds, instrument by instrument; as `open_recording` takes them.

    Raises:
        RecordingError: no such file, not a table of market data, a symbol that cannot be read.
    """
    catalogue = load_catalogue(instruments)
    return [_look(source, catalogue) for source in open_sources(sources, venue, symbol)]


def _look(source: Source, catalogue: Catalogue) -> Inspected:
    watches: dict[tuple[str, str], Watch] = {}
    for _, table in source.slices(columns_of(source)):
        for (venue, symbol), chosen in groups(table):
            key = (venue or "no venue", symbol or "no symbol")
            if key not in watches:
                name = canonical(key[1], catalogue.contracts(key[0])) if symbol else key[1]
                watches[key] = Watch(source, Seen(key[0], name, symbol or ""), catalogue.entry(key[0], name))
            watches[key].add(table if isinstance(chosen, slice) else table[chosen])
    return Inspected(source.name, source.kind, source.rows, [watches[key].finish() for key in sorted(watches)])
