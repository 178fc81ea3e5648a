"""Still charts with linear or logarithmic axes, as SVG that the report's style sheet colours. (charts.js draws over time; these do not.)"""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from seawall.analytics.facts.tape import Floats
from seawall.analytics.markup import Html

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 250, 52, 10, 8, 34
POINTS = 240  # Of a curve.


class Line(NamedTuple):
    name: str
    color: str  # A class of the style sheet.
    x: Floats
    y: Floats
    dashed: bool = False


class Axis(NamedTuple):
    title: str
    log: bool = False
    low: float | None = None  # None: what the lines need.
    high: float | None = None


def plot(title: str, lines: Sequence[Line], x: Axis, y: Axis) -> Html:
    lines = [_shown(line, x, y) for line in lines]
    lines = [line for line in lines if len(line.x) > 1]
    if not lines:
        return Html(
            f'<figure><figcaption><span class="name">{escape(title)}</span></figcaption><p class="muted">Too little to draw.</p></figure>'
        )
    across = _Scale(x, [line.x for line in lines], LEFT, WIDTH - RIGHT)
    up = _Scale(y, [line.y for line in lines], HEIGHT - BOTTOM, TOP)
    floor = HEIGHT - BOTTOM
    parts = [f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(v):.1f}" y2="{up(v):.1f}"/>' for v in up.ticks]
    parts += [_text(LEFT - 6, up(v) + 4, "end", _label(v)) for v in up.ticks]
    parts += [f'<line class="notch" x1="{across(v):.1f}" x2="{across(v):.1f}" y1="{floor}" y2="{floor + 4}"/>' for v in across.ticks]
    parts += [_text(across(v), floor + 16, "middle", _label(v)) for v in across.ticks]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 3, "middle", escape(x.title)))
    parts += [_path(line, across, up) for line in lines]
    keys = "".join(f'<span class="key {line.color}">{escape(line.name)}</span>' for line in lines)
    return Html(
        f'<figure><figcaption><span class="name">{escape(title)}</span><span class="readout">{keys}</span></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" role="img" aria-label="{escape(title)}">{"".join(parts)}</svg></figure>'
    )


def exceeding(values: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """The share of values that are larger than x, at every x among them: how tails are looked at."""
    order = np.argsort(values, kind="stable")
    weight = np.ones(len(values)) if weights is None else weights[order]
    total = weight.sum()
    ordered, left = values[order], 1 - np.cumsum(weight) / total if total else np.zeros(len(values))
    last = np.append(ordered[1:] != ordered[:-1], True) if len(ordered) else np.zeros(0, dtype=bool)
    return ordered[last], left[last]


def _shown(line: Line, x: Axis, y: Axis) -> Line:
    """What can stand on the axes, thinned."""
    keep = np.isfinite(line.x) & np.isfinite(line.y)
    for values, axis in ((line.x, x), (line.y, y)):
        if axis.log:
            keep &= values > 0
        if axis.low is not None:
            keep &= values >= axis.low
        if axis.high is not None:
            keep &= values <= axis.high
    xs, ys = line.x[keep], line.y[keep]
    if len(xs) > POINTS:
        place = np.log(xs) if x.log else xs
        wanted = np.linspace(place[0], place[-1], POINTS // 2)
        evenly = np.linspace(0, len(xs) - 1, POINTS // 2).astype(int)
        picked = np.unique(np.concatenate((np.searchsorted(place, wanted).clip(0, len(xs) - 1), evenly)))
        xs, ys = xs[picked], ys[picked]
    return line._replace(x=xs, y=ys)


class _Scale:
    def __init__(self, axis: Axis, values: Sequence[Floats], begin: float, end: float) -> None:
        self._log, self._begin, self._end = axis.log, begin, end
        low = axis.low if axis.low is not None else min(float(np.min(one)) for one in values)
        high = axis.high if axis.high is not None else max(float(np.max(one)) for one in values)
        if high <= low:
            high = low * 1.1 if axis.log else low + 1.0
        self._low, self._high = (math.log10(low), math.log10(high)) if axis.log else (low, high)
        self.ticks = _decades(self._low, self._high) if axis.log else _rounds(low, high)

    def __call__(self, value: float) -> float:
        place = ((math.log10(value) if self._log else value) - self._low) / (self._high - self._low)
        return self._begin + (self._end - self._begin) * place


def _text(x: float, y: float, anchor: str, shown: str) -> str:
    return f'<text class="tick" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{shown}</text>'


def _path(line: Line, across: _Scale, up: _Scale) -> str:
    points = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True))
    dash = ' stroke-dasharray="4 4"' if line.dashed else ""
    return f'<polyline class="line {line.color}" points="{points}"{dash}/>'


def _decades(low: float, high: float) -> list[float]:
    step = max(1, math.ceil((high - low) / 6))
    found = [10.0**power for power in range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1, step)]
    return found if len(found) > 1 else [10.0**low, 10.0**high]


def _rounds(low: float, high: float) -> list[float]:
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    return [round(number * step, 12) for number in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _label(value: float) -> str:
    if value and (abs(value) >= 1e5 or abs(value) < 1e-3):
        mantissa, exponent = f"{value:.0e}".split("e")
        return f"{'' if mantissa == '1' else mantissa + '·'}10<tspan dy='-4' font-size='8'>{int(exponent)}</tspan>"
    return f"{value:,.6g}"
