"""The sections of the report, top to bottom. Each is empty where the run has nothing to show."""

from datetime import datetime

import msgspec
import polars as pl

from seawall.analytics.charts import Drawn, round_trip_profits
from seawall.analytics.figures import Curve, StrategyPerformance, mean, monthly_returns
from seawall.analytics.markup import (
    ABSENT,
    EMPTY,
    Html,
    amount,
    bar,
    block,
    chart,
    columns,
    counts,
    joined,
    number,
    pairs,
    percent,
    section,
    table,
    table_row,
    text,
    tile,
    tinted,
    words,
)
from seawall.analytics.perpetuals import Carried
from seawall.analytics.result import Result
from seawall.api.units import BASIS_POINTS, SECOND

WAVE = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 8c3.3 0 3.3-3 6.7-3s3.3 3 6.6 3 3.4-3 6.7-3"/>'
    '<path d="M2 14c3.3 0 3.3-3 6.7-3s3.3 3 6.6 3 3.4-3 6.7-3"/><path d="M3 20h18"/></svg>'
)
LISTED_MAX = 6


def title(result: Result) -> str:
    return ", ".join(result.figures.strategies) or "A run without strategies"


def header(result: Result) -> Html:
    summary, days = result.summary, result.figures.portfolio.days
    kind, state = ("whole", "complete") if summary.complete else ("partial", "partial: stopped before the data ended")
    facts = (
        f"{_moment(summary.span.start)} to {_moment(summary.span.end)} UTC",
        _many(days, "day"),
        _listed([str(instrument.venue) for instrument in summary.instruments], "venues"),
        _listed([str(instrument.symbol) for instrument in summary.instruments], "symbols"),
        "" if summary.seed is None else f"seed {summary.seed}",
    )
    return Html(
        f'<header><div class="brand">{WAVE}<span>Seawall</span><span class="state {kind}">{state}</span></div>\n'
        f"<h1>{text(title(result))}</h1>\n"
        f'<p class="meta">{"".join(f"<span>{text(fact)}</span>" for fact in facts if fact)}</p></header>'
    )


def headline(result: Result) -> Html:
    summary, figures = result.summary, result.figures.portfolio
    pnl, made = summary.total_pnl, figures.total_return
    hero = (
        f'<div class="hero"><div class="label">Total P&amp;L</div>'
        f'<div class="value">{tinted(pnl, amount(pnl, sign=True))} <small>{text(summary.valuation_currency)}</small></div>'
        f'<div class="return">{tinted(made, percent(made, sign=True))} <small>on {amount(summary.opening_equity)}</small></div></div>'
    )
    missing = _why_no_ratio(figures)
    tiles = (
        tile("Max drawdown", percent(figures.max_drawdown), f"return / drawdown {number(figures.risk_adjusted_return)}"),
        tile("Sharpe", number(figures.sharpe_ratio), missing or f"volatility {percent(figures.volatility, 1)} a year"),
        tile("Sortino", number(figures.sortino_ratio), missing or f"Calmar {number(figures.calmar_ratio)}"),
        tile("VaR, 1 day, 99 %", percent(figures.value_at_risk), missing or f"shortfall {percent(figures.expected_shortfall)}"),
        tile("Round trips", f"{figures.trades:,}", f"{number(figures.trades_per_day, 1)} a day · {_many(figures.fills, 'fill')}"),
        tile("Win rate", percent(figures.win_rate, 1), f"{amount(figures.avg_trade_pnl, sign=True)} a trade"),
        tile("Fees", amount(figures.fees), f"{_bps(figures)} of turnover"),
        tile("Exposure", percent(figures.exposure, 1), f"at most {percent(figures.exposure_max, 1)} of equity"),
    )
    return Html(f'<div class="headline">{hero}<div class="tiles">{joined(tiles)}</div></div>')


def warnings(result: Result) -> Html:
    said = list(result.summary.warnings)
    said += [f"{count:,} rows of recorded data refused: {words(reason)}" for reason, count in result.summary.refused_rows.items() if count]
    if result.fills.is_empty():
        said.append("no order was filled")
    lines = "".join(f"<li>{text(one)}</li>" for one in said)
    return Html(f'<section class="notice"><h3>Worth knowing about this run</h3><ul>{lines}</ul></section>') if said else EMPTY


def equity(result: Result, drawn: Drawn) -> Html:
    if "equity" not in drawn:
        return EMPTY
    currency = result.summary.valuation_currency
    return section(
        "Equity",
        chart("equity", f"Equity, {currency}", "money", 270),
        chart("drawdown", "Drawdown", "percent", 120),
        chart("exposure", f"Exposure, {currency}", "money", 130),
        hint=Html('<span class="mouse">drag to zoom, double-click for the whole run</span>'),
    )


def strategies(result: Result, drawn: Drawn) -> Html:
    every = result.figures.strategies.values()
    if not every:
        return EMPTY
    rows = [table_row(_performance(one)) for one in every]
    if len(rows) > 1:
        rows.append(table_row(_performance(result.figures.portfolio), "sum"))
    head = (
        "",
        "P&L",
        "Return",
        "Sharpe",
        "Sortino",
        "Drawdown",
        "Trades",
        "a day",
        "Win rate",
        "Per trade",
        "Exposure",
        "Breaches",
        "Stops",
    )
    lines = chart("strategies", f"P&L by strategy, {result.summary.valuation_currency}", "money", 220) if "strategies" in drawn else EMPTY
    return section("Strategies", lines, table(head, rows), hint="returns on the whole opening equity")


def attribution(result: Result) -> Html:
    groups = result.summary.attribution
    most = max((abs(float(row.pnl)) for rows in groups.values() for row in rows), default=0.0)
    if not result.figures.portfolio.fills:
        return EMPTY
    lines = []
    for name, rows in groups.items():
        lines.append(table_row((f"by {name}", *[""] * 8), "group"))
        for row in rows:
            won = percent(row.winning_trades / row.trades, 1) if row.trades else ABSENT
            money = (tinted(row.pnl, amount(row.pnl, sign=True)), amount(row.fees), amount(row.slippage), amount(row.notional))
            lines.append(table_row((row.name, bar(float(row.pnl), most), *money, f"{row.fills:,}", f"{row.trades:,}", won)))
    head = ("", "", "P&L", "Fees", "Slippage", "Notional", "Fills", "Trades", "Win rate")
    return section("Attribution", table(head, lines), hint=f"{result.summary.valuation_currency}, at final marks and rates")


def market(drawn: Drawn) -> Html:
    if "market" not in drawn:
        return EMPTY
    options = "".join(f"<option>{text(one['name'])} · {_many(one['fills'], 'fill')}</option>" for one in drawn["market"]["markets"])
    select = Html(f'<select id="market-select" aria-label="Market">{options}</select>')
    return section("Trades on price", chart("market", "Price", "price", 340), hint=select)


def returns(result: Result, drawn: Drawn, curve: Curve) -> Html:
    if "returns" not in drawn:
        return EMPTY
    figures, period = result.figures.portfolio, drawn["returns"]["period"]
    ratios = (figures.sharpe_ratio, figures.sortino_ratio, figures.calmar_ratio)
    slowest = figures.chaos_recovery_time
    recovery = () if slowest is None else (("Recovery after a fault, the longest", f"{number(slowest, 1)} s"),)
    risk = pairs(
        (
            ("Value at risk, 1 day, 99 %, historical", percent(figures.value_at_risk)),
            ("the same from a normal distribution", percent(figures.value_at_risk_parametric)),
            ("Expected shortfall beyond it", percent(figures.expected_shortfall)),
            ("Volatility, annualised", percent(figures.volatility)),
            ("Sharpe · Sortino · Calmar", " · ".join(number(ratio) for ratio in ratios)),
            ("Time with a position", percent(figures.time_in_market, 1)),
            ("Turnover, times equity", number(figures.turnover, 1)),
            *recovery,
        )
    )
    return section(
        "Returns",
        chart("returns", f"Return per {period}", "percent", 170, period),
        columns(chart("histogram", f"Returns per {period}, how often", "percent", 250), block("Risk", risk)),
        _months(monthly_returns(curve)),
        hint=_why_no_ratio(figures) or "risk figures from daily returns; a loss is positive",
    )


def round_trips(result: Result, drawn: Drawn) -> Html:
    if "profits" not in drawn:
        return EMPTY
    trips, currency = result.round_trips, result.summary.valuation_currency
    profits = round_trip_profits(result).tolist()
    wins, losses = [p for p in profits if p > 0], [p for p in profits if p < 0]
    held = (trips["ts_closed"] - trips["ts"]).dt.total_seconds(fractional=True)
    facts = pairs(
        (
            ("Won · lost", f"{len(wins):,} · {len(losses):,}"),
            ("Average win · loss", f"{amount(mean(wins) if wins else None)} · {amount(mean(losses) if losses else None)}"),
            ("Best · worst", f"{amount(max(profits))} · {amount(min(profits))}"),
            ("Profit factor", number(sum(wins) / -sum(losses)) if losses else ABSENT),
            ("Held, median · longest", f"{_duration(held.quantile(0.5))} · {_duration(held.max())}"),
            ("Long · short", f"{(trips['side'] == 'buy').sum():,} · {(trips['side'] == 'sell').sum():,}"),
        )
    )
    picture = chart("profits", f"P&L per round trip, {currency}, how often", "money", 220)
    return section("Round trips", columns(picture, facts), hint="flat to flat, net of fees, FIFO")


def costs(result: Result, drawn: Drawn) -> Html:
    if "costs" not in drawn:
        return EMPTY
    figures, currency = result.figures.portfolio, result.summary.valuation_currency
    makers = (result.fills["liquidity"] == "maker").mean()
    facts = pairs(
        (
            ("Fees", f"{amount(figures.fees)} {currency} · {_bps(figures)}"),
            *((f"taken in {asset}", amount(fee)) for asset, fee in result.summary.fees.items()),
            ("Fills as maker", percent(float(makers), 1) if isinstance(makers, float) else ABSENT),
            ("Slippage against the decision price", f"{amount(figures.slippage)} · {number(figures.slippage_bps)} bps"),
            ("Traded", amount(figures.notional)),
        )
    )
    return section("Costs", columns(chart("costs", f"Fees and slippage so far, {currency}", "money", 230), facts), hint="positive: paid")


def perpetuals(result: Result) -> Html:
    """Beside fills: a block for each account and currency."""
    return section("Perpetuals", columns(*map(_carried, result.summary.perpetuals))) if result.summary.perpetuals else EMPTY


def _carried(one: Carried) -> Html:
    money = (
        ("Funding received", one.funding_received),
        ("Funding paid", one.funding_paid),
        ("Liquidation fees", one.liquidation_fees),
        ("Losses covered by the venue", one.losses_covered),
    )
    shares = (
        ("Initial margin, at most", percent(one.peak_initial_margin, 1)),
        ("Maintenance margin, at most", percent(one.peak_maintenance_margin, 1)),
        ("Leverage, at most", number(one.peak_leverage)),
    )
    facts = (*((name, f"{amount(sum_)} {one.currency}") for name, sum_ in money), *shares)
    return block(f"{one.venue}, of the equity in {one.currency}", pairs(facts))


def orders(result: Result) -> Html:
    summary = result.summary
    status = dict(result.orders["status"].value_counts().iter_rows())
    reasons = dict(result.orders.filter(pl.col("reason") != "")["reason"].value_counts().iter_rows())
    parts = [
        counts("Orders by final status", status),
        counts("Why orders ended unfilled", reasons),
        counts("Refused by the engine's checks", summary.refusals),
        pairs_block("Counted", summary.counters),
    ]
    shown = [part for part in parts if part]
    return section("Orders and refusals", columns(*shown)) if shown else EMPTY


def paper(result: Result) -> Html:
    """What never happened stands by itself."""
    accounts, currency = result.summary.paper, result.summary.valuation_currency
    rows = [
        (one.strategy, one.venue, f"{(one.end_ns - one.start_ns) / SECOND:,.0f} s", one.fills, tinted(one.pnl, amount(one.pnl, sign=True)))
        for one in accounts
    ]
    head = ("Strategy", "Venue", "For", "Fills", f"P&L, {currency}")
    return section("On paper, while a venue was unusable", table(head, rows), hint="in no other figure") if rows else EMPTY


def pairs_block(name: str, counted: dict[str, int]) -> Html:
    return block(name, pairs((words(key).capitalize(), f"{count:,}") for key, count in counted.items())) if counted else EMPTY


def run(result: Result) -> Html:
    summary = result.summary
    marks = [(f"{mark.symbol} · {mark.venue}", f"{mark.price:f}") for mark in summary.final_marks]
    rates = [(f"1 {currency}", f"{rate:f} {summary.valuation_currency}") for currency, rate in summary.final_rates.items()]
    quoted = [(currency, amount(pnl, sign=True)) for currency, pnl in summary.pnl_by_quote_currency.items()]
    inputs = [(one.name, f"{one.rows:,} rows · SHA-256 {one.sha256[:16]}…") for one in summary.inputs]
    config = msgspec.json.format(msgspec.json.encode(summary.config), indent=2).decode()
    return section(
        "The run",
        block("Repeat it", Html(f"<pre>{text(summary.command)}</pre>")) if summary.command else EMPTY,
        columns(
            block("P&L by quote currency, not converted", pairs(quoted)) if quoted else EMPTY,
            block("Final rates", pairs(rates)),
            block("Final marks", pairs(marks)) if marks else EMPTY,
            block("Made with", pairs(summary.versions.items())),
        ),
        block("Assumptions", pairs(summary.assumptions.items())) if summary.assumptions else EMPTY,
        block("Recorded data", pairs(inputs)) if inputs else EMPTY,
        block("Configuration", Html(f"<pre>{text(config)}</pre>")) if summary.config else EMPTY,
    )


def footer() -> Html:
    return Html(
        "<footer><p>Total P&amp;L is the sum over currencies of cash from fills, less fees, with funding and without transfers, at final "
        "rates, and of positions at final marks and rates, rounded once; it can be recomputed to the minor unit from fills.parquet, "
        "cash.parquet and result.json.</p><p>Daily ratios use 365 days a year and no risk-free rate. A dash means: not defined for this "
        "run. Curves are thinned for the screen, peaks and troughs kept; the parquet files hold what was sampled.</p></footer>"
    )


def _performance(one: StrategyPerformance) -> tuple[object, ...]:
    return (
        one.strategy_name,
        tinted(one.total_pnl, amount(one.total_pnl, sign=True)),
        percent(one.total_return, sign=True),
        number(one.sharpe_ratio),
        number(one.sortino_ratio),
        percent(one.max_drawdown),
        f"{one.trades:,}",
        number(one.trades_per_day, 1),
        percent(one.win_rate, 1),
        amount(one.avg_trade_pnl, sign=True),
        percent(one.exposure, 1),
        f"{one.risk_breach_count:,}",
        f"{one.emergency_stops:,}",
    )


def _months(monthly: dict[tuple[int, int], float]) -> Html:
    """A year a line, a month a column, tinted by return. Only from the second month on."""
    if len(monthly) < 2:
        return EMPTY
    most = max(abs(value) for value in monthly.values()) or 1.0
    rows = []
    for year in sorted({year: None for year, _ in monthly}):
        cells: list[object] = [str(year)]
        for month in range(1, 13):
            value = monthly.get((year, month))
            side = "gain" if value and value > 0 else "loss"
            strength = 0 if value is None else round(100 * abs(value) / most * 0.4)
            shade = f"color-mix(in srgb, var(--{side}) {strength}%, transparent)"
            cells.append(Html(f'<td class="month" style="background:{shade}">{percent(value, 1) if value is not None else ""}</td>'))
        rows.append(cells)
    names = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return block("Return per month", table(names, rows, "months"))


def _why_no_ratio(figures: StrategyPerformance) -> str:
    if figures.sharpe_ratio is not None:
        return ""
    if figures.days < 2:
        return "needs two days of returns"
    return "no daily returns" if figures.volatility is None else "daily returns do not vary"


def _bps(figures: StrategyPerformance) -> str:
    return f"{number(float(figures.fees / figures.notional) * BASIS_POINTS)} bps" if figures.notional else ABSENT


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _listed(names: list[str], noun: str) -> str:
    distinct = sorted(dict.fromkeys(names))
    return ", ".join(distinct) if len(distinct) <= LISTED_MAX else f"{len(distinct)} {noun}"


def _moment(iso: str) -> str:
    moment = datetime.fromisoformat(iso[:19])
    return f"{moment:%-d %b %Y}" if iso[11:19] == "00:00:00" else f"{moment:%-d %b %Y %H:%M}"


def _duration(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return ABSENT
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.3g} s"
