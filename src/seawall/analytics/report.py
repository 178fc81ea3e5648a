"""report.html: one self-contained page of a result, made to be looked at. Equal results give equal bytes; nothing is loaded from anywhere.

Tables are made here, charts from the embedded data by page/charts.js; page/report.css holds every colour.
"""

from importlib.resources import files

import msgspec

from seawall.analytics import sections
from seawall.analytics.charts import charts
from seawall.analytics.curves import portfolio_curve
from seawall.analytics.markup import Html, joined, text
from seawall.analytics.result import Result

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
<button id="reset-zoom" type="button">Show the whole run</button>
<script type="application/json" id="report-data">{data}</script>
<script>
{script}</script>
</body>
</html>
"""


def render(result: Result) -> str:
    curve = portfolio_curve(result.equity, result.exposure, float(result.summary.opening_equity))
    drawn = charts(result, curve)
    body = joined(
        (
            sections.header(result),
            sections.headline(result),
            sections.warnings(result),
            sections.equity(result, drawn),
            sections.strategies(result, drawn),
            sections.attribution(result),
            sections.market(drawn),
            sections.returns(result, drawn, curve),
            sections.round_trips(result, drawn),
            sections.costs(result, drawn),
            sections.perpetuals(result),
            sections.orders(result),
            sections.paper(result),
            sections.run(result),
            sections.footer(),
        )
    )
    return PAGE.format(
        title=text(f"{sections.title(result)} · Seawall"),
        style=page("report.css"),
        body=body,
        data=embedded(drawn),
        script=page("charts.js"),
    )


def embedded(drawn: object) -> Html:
    """JSON that cannot end the script element it stands in."""
    return Html(msgspec.json.encode(drawn).decode().replace("<", "\\u003c"))


def page(name: str) -> str:
    return files("seawall.analytics").joinpath("page", name).read_text(encoding="utf-8")
