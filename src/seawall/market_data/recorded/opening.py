"""Opens sources as one recording: looks through each once, chooses, defines instruments, numbers streams."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seawall.api.instruments import Instrument
from seawall.api.units import SECOND, Nanos
from seawall.market_data.recorded.catalogue import Catalogue, load_catalogue
from seawall.market_data.recorded.define import Market, define
from seawall.market_data.recorded.errors import RecordingError
from seawall.market_data.recorded.kinds import Kind, plural
from seawall.market_data.recorded.reader import Reader
from seawall.market_data.recorded.recording import Recording
from seawall.market_data.recorded.rows import Stream
from seawall.market_data.recorded.sources import Source, open_sources
from seawall.market_data.recorded.survey import Block, survey
from seawall.market_data.recorded.symbols import Contracts, canonical, is_perpetual


class _Found(NamedTuple):
    block: Block
    market: Market


class _Opened(NamedTuple):
    source: Source
    in_order: bool  # Its rows are sorted by time across blocks.
    found: list[_Found]


def open_recording(
    sources: Any,
    *,
    instruments: str | Path | Mapping[str, Any] | Sequence[Instrument] | None = None,
    venues: Sequence[str] | None = None,
    symbols: Sequence[str] | None = None,
    venue: str = "recorded",
    symbol: str | None = None,
    bar_interval_ns: int | None = None,
    bar_quotes: bool = True,
    trading: bool = True,
) -> Recording:
    """Opens files, patterns and tables as one recorded market.

    Args:
        sources: a path, a pattern, a polars or pandas frame, a dict of arrays; a list of those; a dict from "venue:symbol" to tables.
        instruments: a file or dict in the form of instruments.yaml, laid over ours; or instruments, taken as they are.
        venues, symbols: read only these.
        venue, symbol: of tables without such columns.
        bar_interval_ns: of every bar, instead of the most common step of each stream.
        bar_quotes: read the bid and ask at a bar's close, where recorded, as a quote delivered just before the bar.
        trading: refuse instruments that cannot be traded. Without it they can be looked at.

    Raises:
        RecordingError: says what is wrong, where, and what is allowed.
    """
    given: tuple[Instrument, ...] = ()
    if instruments is None or isinstance(instruments, (str, Path, Mapping)):
        catalogue = load_catalogue(instruments)
    else:
        catalogue, given = load_catalogue(), tuple(instruments)
    opened = _choose([_look_through(source, catalogue) for source in open_sources(sources, venue, symbol)], venues, symbols)
    warnings: list[str] = []
    if trading:
        opened, warnings = _without_inverse(catalogue, opened, named=bool(venues or symbols))

    markets: dict[Market, list[tuple[Source, Block]]] = {}
    for source, _, found in opened:
        for block, market in found:
            markets.setdefault(market, []).append((source, block))
    defined, assumed = define(markets, catalogue, given)
    warnings += assumed

    streams: list[Stream] = []
    readers: list[Reader] = []
    for source, in_order, found in opened:
        kinds = (Kind.QUOTE, Kind.BAR) if bar_quotes and source.kind is Kind.BAR and source.has_quotes else (source.kind,)
        first_of_source = len(streams)
        for block, market in found:
            interval = _interval(source, block, market, bar_interval_ns, warnings) if source.kind is Kind.BAR else 0
            streams += [_stream(len(streams) + n, kind, defined[market], source, block, interval) for n, kind in enumerate(kinds)]
        for number, kind in enumerate(kinds):
            own = streams[first_of_source + number :: len(kinds)]
            readers += _readers(source, kind, [block for block, _ in found], own, in_order)
    _check_overlaps(streams, warnings)
    return Recording([each.source for each in opened], readers, streams, warnings)


def _look_through(source: Source, catalogue: Catalogue) -> _Opened:
    view = survey(source)
    try:
        markets = [Market(block.venue, canonical(block.symbol, catalogue.contracts(block.venue))) for block in view.blocks]
    except RecordingError as error:
        raise RecordingError(f"{source.name}: {error.message}", error.hint) from None
    return _Opened(source, view.sorted, [_Found(*pair) for pair in zip(view.blocks, markets, strict=True)])


def _choose(opened: Sequence[_Opened], venues: Sequence[str] | None, symbols: Sequence[str] | None) -> list[_Opened]:
    everything = [market for each in opened for _, market in each.found]
    for what, wanted, there in (("venue", venues, [m.venue for m in everything]), ("symbol", symbols, [m.symbol for m in everything])):
        if unknown := next((name for name in wanted or () if name not in there), None):
            raise RecordingError(f"no {what} {unknown} in the recorded data", f"There are: {', '.join(dict.fromkeys(there))}.")
    kept = []
    for each in opened:
        own = [f for f in each.found if (not venues or f.market.venue in venues) and (not symbols or f.market.symbol in symbols)]
        if own:
            kept.append(each._replace(found=own))
    if not kept:
        raise RecordingError("no rows are left", f"There are: {', '.join(dict.fromkeys(m.id for m in everything)) or 'none at all'}.")
    return kept


def _without_inverse(catalogue: Catalogue, opened: list[_Opened], *, named: bool) -> tuple[list[_Opened], list[str]]:
    """Leaves out inverse perpetuals, and says so; refuses them where they were chosen, or are all there is."""
    inverse = {m: True for each in opened for _, m in each.found if is_perpetual(m.symbol) and _is_inverse(catalogue, m)}
    if not inverse:
        return opened, []
    names = ", ".join(market.id for market in inverse)
    why = "an inverse (coin-margined) perpetual pays its profit in the coin, and that is not traded here"
    kept = [each._replace(found=[f for f in each.found if f.market not in inverse]) for each in opened]
    kept = [each for each in kept if each.found]
    if not kept or named:
        rest = list(dict.fromkeys(market for each in kept for _, market in each.found))
        venues, symbols = (",".join(dict.fromkeys(names)) for names in ([m.venue for m in rest], [m.symbol for m in rest]))
        hint = f"Choose the others: --venues {venues} --symbols {symbols}." if rest else "Spot markets and linear perpetuals are."
        raise RecordingError(f"{names} cannot be traded: {why}", hint)
    return kept, [f"left out: {names}: {why}"]


def _is_inverse(catalogue: Catalogue, market: Market) -> bool:
    return catalogue.contracts(market.venue) is Contracts.INVERSE


def _interval(source: Source, block: Block, market: Market, given: int | None, warnings: list[str]) -> int:
    if given is not None:
        return given
    if not block.steps:
        raise RecordingError(f"{source.name}: one bar of {market.id} does not show how long it lasts", "Give bar_interval_ns.")
    interval = block.steps.most_common(1)[0][0]
    if shorter := sum(count for step, count in block.steps.items() if step < interval):
        warnings.append(f"{source.name}: {market.id} opens a bar less than {interval // SECOND} s after the last in {shorter} places")
    return interval


def _stream(index: int, kind: Kind, instrument: Instrument, source: Source, block: Block, interval: int) -> Stream:
    first, last = Nanos(block.first_time + interval), Nanos(block.last_time + interval)
    return Stream(index, kind, instrument, source.name, Nanos(interval), block.rows, first, last)


def _readers(source: Source, kind: Kind, blocks: Sequence[Block], streams: Sequence[Stream], in_order: bool) -> list[Reader]:
    """One reader for a source in order of time, else one for each block; always one for each where messages are of several rows."""
    members = {(block.venue, block.symbol): stream for block, stream in zip(blocks, streams, strict=True)}
    if kind is not Kind.DEPTH and in_order and len(members) > 1 and len({stream.interval: True for stream in streams}) == 1:
        first, stop = min(block.first_row for block in blocks), max(block.last_row for block in blocks) + 1
        return [Reader(source, kind, members, first, stop, pure=False)]
    return [
        Reader(source, kind, {key: stream}, block.first_row, block.last_row + 1, block.pure)
        for block, (key, stream) in zip(blocks, members.items(), strict=True)
    ]


def _check_overlaps(streams: Sequence[Stream], warnings: list[str]) -> None:
    """The same rows given twice would count twice."""
    alike: dict[tuple[str, Kind, int], list[Stream]] = {}
    for stream in streams:
        alike.setdefault((stream.instrument.id, stream.kind, stream.interval), []).append(stream)
    for group in alike.values():
        group.sort(key=lambda stream: stream.first_time)
        latest = group[0]  # The one that lasts longest so far.
        for stream in group[1:]:
            if stream.first_time <= latest.last_time:
                text = f"{latest.source} and {stream.source} both have {plural(stream.kind)} of {stream.instrument.id} at the same time"
                if stream.kind is Kind.BAR:
                    raise RecordingError(text, "Leave one of them out.")
                if stream.kind is Kind.DEPTH:
                    raise RecordingError(text, "Leave one of them out: two builders of one book contradict each other.")
                warnings.append(f"{text}: both are used")
            latest = max(latest, stream, key=lambda stream: stream.last_time)
