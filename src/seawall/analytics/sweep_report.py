"""report.html of a sweep, in the style of a run's: the ranking, how far it can be trusted, the grid as a map, walk-forward."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seawall.analytics.figures import StrategyPerformance
from seawall.analytics.markup import (
    EMPTY,
    Html,
    amount,
    block,
    chart,
    columns,
    joined,
    number,
    pairs,
    percent,
    section,
    table,
    text,
    tile,
    tinted,
    words,
)
from seawall.analytics.overfitting import deflated_sharpes
from seawall.analytics.report import PAGE, embedded, page
from seawall.analytics.sections import WAVE
from seawall.analytics.sweep_outcome import Outcome
from seawall.analytics.sweep_result import LOWER_IS_BETTER, Fold, SweepResult, figure
from seawall.api.units import DAY, HOUR, MILLISECOND, MINUTE

LISTED = 100  # Runs in the ranking; the table beside the page has all.
DRAWN = 6  # Equity curves.
MAPPED = 3  # Pairs of parameters.
BINS = 31
PERCENTAGES = ("total_return", "max_drawdown", "win_rate", "volatility", "exposure", "value_at_risk", "expected_shortfall")
_PERIODS = {"day": DAY, "hour": HOUR, "minute": MINUTE}


def render(result: SweepResult) -> str:
    drawn = {**_curves(result), **_logits(result), **_tests(result)}
    body = joined(
        (
            _header(result),
            _headline(result),
            _notices(result),
            _trust(result, drawn),
            _maps(result),
            _walk_forward(result, drawn),
            _best_curves(drawn),
            _ranking(result),
            _run(result),
        )
    )
    return PAGE.format(
        title=text(f"Sweep of {result.summary.strategy} · Seawall"),
        style=page("report.css"),
        body=body,
        data=embedded(drawn),
        script=page("charts.js"),
    )


def _header(result: SweepResult) -> Html:
    summary = result.summary
    kind, state = ("whole", "complete") if summary.complete else ("partial", "partial: stopped before every run was done")
    facts = (
        f"{_day(summary.start)} to {_day(summary.end)} UTC",
        f"{summary.runs:,} runs",
        ", ".join(summary.parameters),
        f"ranked by {words(summary.rank)}",
    )
    return Html(
        f'<header><div class="brand">{WAVE}<span>Seawall</span><span class="state {kind}">{state}</span></div>\n'
        f"<h1>Sweep of {text(summary.strategy)}</h1>\n"
        f'<p class="meta">{"".join(f"<span>{text(fact)}</span>" for fact in facts if fact)}</p></header>'
    )


def _headline(result: SweepResult) -> Html:
    summary, trust = result.summary, result.summary.overfitting
    best = result.outcomes[0].figures if result.outcomes else None
    if best is None:
        return EMPTY
    named = _named(summary.best)
    hero = (
        f'<div class="hero"><div class="label">Best of {summary.runs:,}, {text(named)}</div>'
        f'<div class="value">{tinted(best.total_pnl, amount(best.total_pnl, sign=True))} <small>{text(summary.currency)}</small></div>'
        f'<div class="return">{tinted(best.total_return, percent(best.total_return, sign=True))}</div></div>'
    )
    deflated = deflated_sharpes([one.returns for one in result.outcomes])[0]
    walk = summary.walk_forward
    tiles = (
        tile("Overfitted with probability", percent(trust.probability, 0), f"{trust.splits:,} splits of {trust.periods} {trust.period}s"),
        tile("Deflated Sharpe", percent(deflated, 1), "that the best has any skill"),
        tile("Sharpe of the best", number(best.sharpe_ratio), f"luck alone: {number(trust.expected_sharpe)}"),
        tile("Max drawdown", percent(best.max_drawdown), f"{best.trades:,} round trips"),
        tile("Out of sample", percent(walk.total_return if walk else None, sign=True), "walk-forward" if walk else "no walk-forward"),
        tile("Sharpe out of sample", number(walk.sharpe_ratio if walk else None), "all tests in a row" if walk else ""),
        tile("Efficiency", percent(walk.efficiency if walk else None, 0), "test return / training return" if walk else ""),
        tile("Failed", f"{summary.failed:,}", f"of {summary.runs:,} runs"),
    )
    return Html(f'<div class="headline">{hero}<div class="tiles">{joined(tiles)}</div></div>')


def _notices(result: SweepResult) -> Html:
    lines = "".join(f"<li>{text(one)}</li>" for one in result.summary.warnings)
    return Html(f'<section class="notice"><h3>Worth knowing about this sweep</h3><ul>{lines}</ul></section>') if lines else EMPTY


def _trust(result: SweepResult, drawn: dict[str, Any]) -> Html:
    trust = result.summary.overfitting
    if trust.probability is None:
        return section("How far to trust it", text(f"{trust.runs} runs of {trust.periods} {trust.period}s: too few to say"))
    facts = pairs(
        (
            ("The best of one half of the time is below the median in the other", percent(trust.probability, 1)),
            ("and loses money there", percent(trust.probability_of_loss, 1)),
            ("Sharpe ratio of the best of as many runs without skill", number(trust.expected_sharpe)),
            ("Splits of the time", f"{trust.splits:,}"),
        )
    )
    picture = chart("logits", "Rank of the chosen run out of sample, logit: left of 0 is overfitted", "price", 220)
    return section("How far to trust it", columns(picture, facts), hint="combinatorially symmetric cross-validation")


def _maps(result: SweepResult) -> Html:
    """For each pair of parameters the best that is possible with both: a plateau is worth more than a peak."""
    names = [name for name in result.summary.parameters if len(_values(result.outcomes, name)) > 1]
    found = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]][:MAPPED] or [(name, "") for name in names[:1]]
    return section(f"{words(result.summary.rank).capitalize()} over the grid", *(_map(result, *pair) for pair in found)) if found else EMPTY


def _map(result: SweepResult, across: str, down: str) -> Html:
    rank = result.summary.rank
    sign = -1.0 if rank in LOWER_IS_BETTER else 1.0
    best: dict[tuple[str, str], float] = {}
    for one in result.outcomes:
        value = figure(one, rank)
        if value is not None:
            key = (str(one.parameters.get(across)), str(one.parameters.get(down)) if down else "")
            best[key] = max(best.get(key, value), value, key=lambda each: sign * each)
    most = max((abs(value) for value in best.values()), default=0.0) or 1.0
    columns_, rows_ = _values(result.outcomes, across), _values(result.outcomes, down) if down else [""]
    rows = [(row, *(_cell(best.get((column, row)), most, sign, rank) for column in columns_)) for row in rows_]
    return block(f"{across} across, {down} down" if down else across, table(("", *columns_), rows, "months"))


def _cell(value: float | None, most: float, sign: float, rank: str) -> Html:
    if value is None:
        return Html('<td class="month"></td>')
    good = value >= 0 if sign > 0 else False
    shade = f"color-mix(in srgb, var(--{'gain' if good else 'loss'}) {round(100 * abs(value) / most * 0.45)}%, transparent)"
    return Html(f'<td class="month" style="background:{shade}">{text(_shown(rank, value))}</td>')


def _walk_forward(result: SweepResult, drawn: dict[str, Any]) -> Html:
    walk, rank = result.summary.walk_forward, result.summary.rank
    if walk is None:
        return EMPTY
    head = ("test", "chosen", f"{words(rank)}, training", "test", "return", "Sharpe", "drawdown", "")
    rows = [_fold(fold, rank) for fold in walk.folds]
    picture = chart("tests", "Growth over all tests, percent", "percent", 200) if "tests" in drawn else EMPTY
    return section("Walk-forward", picture, table(head, rows), hint="each test is run with what was best in the training before it")


def _fold(fold: Fold, rank: str) -> tuple[object, ...]:
    return (
        f"{_day(fold.test_start)} to {_day(fold.test_end)}",
        _named(fold.parameters),
        _shown(rank, fold.in_sample),
        _shown(rank, fold.out_of_sample),
        tinted(fold.test_return, percent(fold.test_return, sign=True)),
        number(fold.test_sharpe),
        percent(fold.test_drawdown),
        fold.error,
    )


def _best_curves(drawn: dict[str, Any]) -> Html:
    return section("The best, side by side", chart("best", "Growth since the start", "percent", 260)) if "best" in drawn else EMPTY


def _ranking(result: SweepResult) -> Html:
    names, rank = result.summary.parameters, result.summary.rank
    deflated = deflated_sharpes([one.returns for one in result.outcomes])
    extra = [] if rank in ("sharpe_ratio", "total_return", "max_drawdown") else [rank]
    head = ("", *names, *map(words, extra), "P&L", "Return", "Sharpe", "Deflated", "Drawdown", "Trades", "Win rate", "Fees", "")
    rows = []
    for place, (one, trust) in enumerate(zip(result.outcomes, deflated, strict=True), 1):
        if place > LISTED:
            break
        own = [str(one.parameters.get(name)) for name in names]
        if one.figures is None:
            rows.append((place, *own, *[""] * (len(extra) + 8), one.error))
        else:
            rows.append((place, *own, *(_shown(name, figure(one, name)) for name in extra), *_figures(one.figures, trust), ""))
    hint = f"the first {LISTED} of {len(result.outcomes):,}; sweep.csv has all" if len(result.outcomes) > LISTED else ""
    return section("Ranking", table(head, rows), hint=hint)


def _figures(figures: StrategyPerformance, deflated: float | None) -> tuple[object, ...]:
    return (
        tinted(figures.total_pnl, amount(figures.total_pnl, sign=True)),
        tinted(figures.total_return, percent(figures.total_return, sign=True)),
        number(figures.sharpe_ratio),
        percent(deflated, 1),
        percent(figures.max_drawdown),
        f"{figures.trades:,}",
        percent(figures.win_rate, 1),
        amount(figures.fees),
    )


def _run(result: SweepResult) -> Html:
    command = Html(f"<pre>{text(result.summary.command)}</pre>") if result.summary.command else EMPTY
    return section("The same again", command) if command else EMPTY


def _curves(result: SweepResult) -> dict[str, Any]:
    chosen = [one for one in result.outcomes if len(one.returns) >= 2][:DRAWN]
    if not chosen:
        return {}
    return {"best": {"series": [_growth(_named(o.parameters), o.returns, result, f"c{n}") for n, o in enumerate(chosen)], "base": 0}}


def _tests(result: SweepResult) -> dict[str, Any]:
    walk = result.summary.walk_forward
    returns = [each for fold in walk.folds for each in fold.returns] if walk else []
    if walk is None or len(returns) < 2:
        return {}
    series = _growth("Tests", returns, result, "c0", walk.folds[0].test_start)
    return {"tests": {"series": [{**series, "kind": "area"}], "base": 0}}


def _growth(name: str, returns: Sequence[float], result: SweepResult, color: str, start: int | None = None) -> dict[str, Any]:
    period = _PERIODS[result.summary.overfitting.period]
    first = (result.summary.start if start is None else start) // period * period
    values = np.concatenate(([0.0], np.cumprod(1 + np.array(returns)) - 1))
    step = period // MILLISECOND
    return {
        "name": name,
        "kind": "line",
        "color": color,
        "t": [first // MILLISECOND, *[step] * len(returns)],
        "y": [float(f"{value:.7g}") for value in values.tolist()],
    }


def _logits(result: SweepResult) -> dict[str, Any]:
    logits = result.summary.overfitting.logits
    if not logits:
        return {}
    reach = max(1.0, *(abs(each) for each in logits))
    edges = np.linspace(-reach, reach, BINS + 1)
    counted, _ = np.histogram(np.clip(logits, -reach, reach), edges)
    return {"logits": {"edges": [round(float(edge), 4) for edge in edges], "counts": counted.tolist()}}


def _values(outcomes: Sequence[Outcome], name: str) -> list[str]:
    """Numbers by size, all else as it comes."""
    found = list(dict.fromkeys(one.parameters.get(name) for one in outcomes))
    if all(isinstance(value, int | float) for value in found):
        found.sort()
    return [str(value) for value in found]


def _shown(name: str, value: float | None) -> str:
    if name in PERCENTAGES:
        return percent(value)
    return number(value) if value is None or abs(value) < 1000 else amount(value)


def _named(parameters: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in parameters.items())


def _day(nanos: int) -> str:
    return str(np.datetime64(nanos, "ns").astype("datetime64[m]" if nanos % DAY else "datetime64[D]")).replace("T", " ")
