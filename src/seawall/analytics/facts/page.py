"""facts.html: a generated market beside recorded ones, fact by fact and chart by chart, in the style of the other reports."""

import math
from collections.abc import Sequence

import numpy as np

from seawall.analytics.facts.compare import ALIKE, FACTS, Fact, alike, unlike
from seawall.analytics.facts.measure import LAGS, Facts, best_values, measure, memory
from seawall.analytics.facts.plot import Axis, Line, exceeding, plot
from seawall.analytics.facts.tape import BANDS, Floats, Tape, orders, returns, spreads
from seawall.analytics.markup import EMPTY, Html, block, columns, joined, section, table, table_row, text
from seawall.analytics.report import PAGE, embedded, page
from seawall.analytics.sections import WAVE
from seawall.api.units import MILLISECOND, SECOND

GENERATED, RECORDED = ("c1", "c2", "c3", "c4"), ("c0", "c6", "c5", "c7")


def render(title: str, tapes: Sequence[Tape], command: str) -> str:
    facts = {tape.name: measure(tape) for tape in tapes}
    recorded, generated = ([tape for tape in tapes if tape.recorded == what] for what in (True, False))
    groups = [(tape, _counterparts(tape, recorded)) for tape in generated] or [(tape, []) for tape in recorded]
    body = joined(
        (
            _header(title, tapes),
            *(_verdict(tape, others, facts) for tape, others in groups if others),
            *(_market(tape, others, facts) for tape, others in groups),
            _run(command),
            _footer(),
        )
    )
    return PAGE.format(title=text(f"{title} · Seawall"), style=page("report.css"), body=body, data=embedded({}), script=page("charts.js"))


def _counterparts(tape: Tape, recorded: Sequence[Tape]) -> list[Tape]:
    """Of the same coin; else all."""
    coin = tape.symbol.partition("-")[0]
    return [other for other in recorded if other.symbol.partition("-")[0] == coin] or list(recorded)


def _header(title: str, tapes: Sequence[Tape]) -> Html:
    shown = [f"{tape.name}: {tape.seconds / 60:,.1f} min {'recorded' if tape.recorded else 'generated'}" for tape in tapes]
    return Html(
        f'<header><div class="brand">{WAVE}<span>Seawall</span></div>\n<h1>{text(title)}</h1>\n'
        f'<p class="meta">{"".join(f"<span>{text(one)}</span>" for one in shown)}</p></header>'
    )


def _verdict(tape: Tape, others: Sequence[Tape], facts: dict[str, Facts]) -> Html:
    nearest = others[0]
    differing = unlike(facts[tape.name], facts[nearest.name])
    known = sum(alike(fact, facts[tape.name], facts[nearest.name]) is not None for fact in FACTS)
    said = f"{tape.name} is like {nearest.name} in {known - len(differing)} of {known} facts"
    rows = [
        f"<li>{text(fact.title)}: {_figure(fact, facts[tape.name])} here, {_figure(fact, facts[nearest.name])} there</li>"
        for fact in differing
    ]
    ending = ", but not in" if rows else ""
    return Html(f'<section class="notice"><h3>{text(said)}{ending}</h3><ul>{"".join(rows)}</ul></section>')


def _market(tape: Tape, others: Sequence[Tape], facts: dict[str, Facts]) -> Html:
    drawn = [*others, tape]
    head = ("", *(other.name for other in drawn), *(("",) if others else ()))
    rows = [_row(fact, drawn, others, facts) for fact in FACTS]
    return section(
        tape.name,
        columns(_prices(drawn), _tails(drawn)),
        columns(_memories(drawn), _sides(drawn)),
        columns(_spreads(drawn), _best(drawn)),
        columns(_depths(drawn), _values(drawn)),
        columns(_waits(drawn)),
        block("Facts", table(head, rows)),
        hint="generated" if not tape.recorded else "recorded",
    )


def _row(fact: Fact, drawn: Sequence[Tape], others: Sequence[Tape], facts: dict[str, Facts]) -> Html:
    cells: list[object] = [fact.title, *(_figure(fact, facts[tape.name]) for tape in drawn)]
    if others:
        same = alike(fact, facts[drawn[-1].name], facts[others[0].name])
        cells.append(EMPTY if same is None else Html(f'<span class="{"gain" if same else "loss"}">{"alike" if same else "unlike"}</span>'))
    return table_row(cells)


def _figure(fact: Fact, facts: Facts) -> str:
    value: float | None = getattr(facts, fact.field)
    if value is None or not math.isfinite(value):
        return "\u2013"
    if fact.unit == "%":
        return f"{100 * value:,.2f} %"
    shown = f"{value:,.0f}" if fact.unit == "value" else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return shown.replace("-", "\u2212") + (f" {fact.unit}" if fact.unit in ("bps", "ms", "/s") else "")


def _colored(drawn: Sequence[Tape]) -> list[tuple[Tape, str]]:
    counted = {True: 0, False: 0}
    found = []
    for tape in drawn:
        palette = RECORDED if tape.recorded else GENERATED
        found.append((tape, palette[counted[tape.recorded] % len(palette)]))
        counted[tape.recorded] += 1
    return found


def _prices(drawn: Sequence[Tape]) -> Html:
    lines = []
    for tape, color in _colored(drawn):
        change = np.cumsum(returns(tape, SECOND)) * 1e4
        lines.append(Line(tape.name, color, np.arange(len(change)) / 60.0, change))
    return plot("Price, in basis points from the first", lines, Axis("minutes"), Axis(""))


def _tails(drawn: Sequence[Tape]) -> Html:
    lines = []
    for tape, color in _colored(drawn):
        one = returns(tape, SECOND)
        if len(one) and one.std():
            lines.append(Line(tape.name, color, *exceeding(np.abs(one) / one.std())))
    reach = np.linspace(0.1, 4.0, 80)
    lines.append(Line("normal", "muted", reach, np.array([math.erfc(x / math.sqrt(2)) for x in reach.tolist()]), dashed=True))
    return plot(
        "Returns of a second larger than so many deviations", lines, Axis("standard deviations", True, 0.1), Axis("", True, 1e-4, 1.0)
    )


def _memories(drawn: Sequence[Tape]) -> Html:
    lines = []
    for tape, color in _colored(drawn):
        one = returns(tape, SECOND)
        for values, name, dashed in ((np.abs(one), "absolute", False), (one, "returns", True)):
            found = [memory(values, lag) for lag in range(1, LAGS + 1)]
            known = np.array([np.nan if value is None else value for value in found])
            lines.append(Line(f"{tape.name}, {name}", color, np.arange(1.0, LAGS + 1), known, dashed))
    return plot("Autocorrelation of returns and of their sizes", lines, Axis("seconds", low=1.0), Axis(""))


def _sides(drawn: Sequence[Tape]) -> Html:
    lines = []
    for tape, color in _colored(drawn):
        found = [memory(orders(tape).sign, lag) for lag in range(1, 51)]
        lines.append(Line(tape.name, color, np.arange(1.0, 51.0), np.array([np.nan if value is None else value for value in found])))
    return plot("Autocorrelation of buying and selling", lines, Axis("orders later", low=1.0), Axis(""))


def _spreads(drawn: Sequence[Tape]) -> Html:
    lines = [Line(tape.name, color, *exceeding(*spreads(tape))) for tape, color in _colored(drawn)]
    return plot("Spread wider than, share of the time", lines, Axis("basis points", True), Axis("", True, 1e-4, 1.0))


def _best(drawn: Sequence[Tape]) -> Html:
    return _larger("Shown at the best price, more than", [(tape, color, best_values(tape)) for tape, color in _colored(drawn)])


def _depths(drawn: Sequence[Tape]) -> Html:
    """Of all looks the median, and the lowest tenth: a calm book and a thin one."""
    lines = []
    for tape, color in _colored(drawn):
        if len(tape.depth):
            for share, dashed in ((0.5, False), (0.1, True)):
                name = f"{tape.name}, lowest tenth" if dashed else tape.name
                lines.append(Line(name, color, np.array(BANDS), np.quantile(tape.depth, share, axis=0), dashed))
    return plot("Depth of a side within so many basis points", lines, Axis("basis points from the middle", True), Axis("", True))


def _values(drawn: Sequence[Tape]) -> Html:
    return _larger("Taken by an order, more than", [(tape, color, orders(tape).value) for tape, color in _colored(drawn)])


def _waits(drawn: Sequence[Tape]) -> Html:
    found = [(tape, color, np.diff(orders(tape).times) / MILLISECOND) for tape, color in _colored(drawn)]
    lines = [Line(tape.name, color, *exceeding(waits)) for tape, color, waits in found]
    return plot("Between two orders, longer than", lines, Axis("milliseconds", True, 1.0), Axis("", True, 1e-4, 1.0))


def _larger(title: str, found: Sequence[tuple[Tape, str, Floats]]) -> Html:
    lines = [Line(tape.name, color, *exceeding(values)) for tape, color, values in found]
    return plot(title, lines, Axis("in quote currency", True, 1.0), Axis("", True, 1e-4, 1.0))


def _run(command: str) -> Html:
    return section("Again", Html(f"<pre>{text(command)}</pre>"))


def _footer() -> Html:
    return Html(
        "<footer><p>Returns are of the middle of the best quote, in logarithms. Trades of one moment and side count as one order. The "
        "tail index is Hill's, over the largest twentieth. Depth is looked at every five seconds, as far as snapshots and changes tell of "
        f"it. Figures are alike within a factor of {ALIKE:g}, or within a distance where they may be nothing: docs/markets.md lists them. "
        "A dash means: too little to tell.</p></footer>"
    )
