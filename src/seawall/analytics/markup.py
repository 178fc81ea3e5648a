"""Small pieces of the report's HTML: escaped text, numbers as people read them, tables, bars, chart frames."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from math import floor, log10

ABSENT = "\u2013"
MINUS = "\u2212"


class Html(str):
    """Text that is markup already and must not be escaped again."""

    __slots__ = ()


EMPTY = Html("")


def text(value: object) -> Html:
    return value if isinstance(value, Html) else Html(escape(str(value)))


def joined(parts: Iterable[object]) -> Html:
    return Html("\n".join(text(part) for part in parts if part))


def amount(value: Decimal | float | None, sign: bool = False) -> str:
    """Two decimals, or four significant digits below one."""
    if value is None:
        return ABSENT
    size = -value if value < 0 else value
    shown = f"{size:,.2f}" if size >= 1 or not size else format(Decimal(f"{size:.4g}"), "f")
    return ("" if not value else MINUS if value < 0 else "+" if sign else "") + shown


def decimals(share: float, least: int = 2) -> int:
    """How many a percentage is shown with: more, for its first two digits, where it would look like nothing and is something."""
    size = abs(share) * 100
    return least if not size or size >= 0.5 / 10**least or size < 1e-12 else 1 - floor(log10(size))


def percent(value: float | None, digits: int = 2, sign: bool = False) -> str:
    if value is None:
        return ABSENT
    return f"{100 * value:{'+' if sign and value else ''},.{decimals(value, digits)}f} %".replace("-", MINUS)


def number(value: float | None, digits: int = 2) -> str:
    return ABSENT if value is None else f"{value:,.{digits}f}".replace("-", MINUS)


def tinted(value: Decimal | float | None, shown: str) -> Html:
    """In the colour of a gain or of a loss."""
    if not value:
        return text(shown)
    return Html(f'<span class="{"gain" if value > 0 else "loss"}">{escape(shown)}</span>')


def tile(label: str, value: object, note: object = "") -> Html:
    return Html(
        f'<div class="tile"><div class="label">{text(label)}</div><div class="value">{text(value)}</div>'
        f'<div class="note">{text(note)}&nbsp;</div></div>'
    )


def section(title: str, *parts: object, hint: object = "") -> Html:
    return Html(
        f'<section><div class="head"><h2>{text(title)}</h2><span class="hint">{text(hint)}</span></div>\n{joined(parts)}\n</section>'
    )


def columns(*parts: object) -> Html:
    return Html("\n".join(['<div class="columns">', *(f"<div>{text(part)}</div>" for part in parts if part), "</div>"]))


def block(title: str, *parts: object) -> Html:
    return Html(f'<div class="block"><h3>{text(title)}</h3>\n{joined(parts)}\n</div>')


def chart(name: str, title: str, form: str, height: int, period: str = "") -> Html:
    """A frame that charts.js fills with the chart `name`; `form` is money, price or percent."""
    return Html(
        f'<figure data-chart="{name}" data-format="{form}" data-height="{height}" data-period="{period}" data-label="{escape(title)}">'
        f'<figcaption><span class="name">{escape(title)}</span><span class="readout"></span></figcaption>'
        f'<div class="canvas" style="height:{height}px"></div></figure>'
    )


def table(head: Sequence[object], rows: Iterable[Sequence[object]], kind: str = "") -> Html:
    """A row may be markup from `table_row`."""
    top = "".join(f"<th>{text(cell)}</th>" for cell in head)
    body = "\n".join(row if isinstance(row, Html) else table_row(row) for row in rows)
    return Html(f'<div class="scroll"><table class="{kind}"><thead><tr>{top}</tr></thead><tbody>\n{body}\n</tbody></table></div>')


def table_row(cells: Iterable[object], kind: str = "") -> Html:
    return Html(f'<tr class="{kind}">' + "".join(_cell(cell) for cell in cells) + "</tr>")


def pairs(rows: Iterable[tuple[object, object]]) -> Html:
    return Html("<dl>" + "\n".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in rows) + "</dl>")


def bar(value: float, most: float, half: bool = True) -> Html:
    """A table cell with a bar: to both sides of its middle, or from the left."""
    width, side = (50 if half else 100) * abs(value) / (most or 1.0), "loss" if value < 0 else "gain"
    return Html(f'<td class="bar"><div class="track"><div class="fill {side}" style="width:{width:.1f}%"></div></div></td>')


def counts(title: str, counted: dict[str, int]) -> Html:
    """A small table of counts with bars, most first."""
    most = max(counted.values(), default=0)
    ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    rows = [(words(name), bar(count, most, half=False), f"{count:,}") for name, count in ordered]
    return block(title, table(("", "", ""), rows, "single")) if rows else EMPTY


def words(name: str) -> str:
    return name.replace("_", " ")


def _cell(cell: object) -> str:
    return cell if isinstance(cell, Html) and cell.startswith("<td") else f"<td>{text(cell)}</td>"
