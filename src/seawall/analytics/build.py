"""From a recorder to a result: the exact ledger first, then frames and figures."""

import platform
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from importlib.metadata import version

import msgspec
import polars as pl

from seawall.analytics import attribution, frames
from seawall.analytics.attribution import Cell, Totals
from seawall.analytics.curves import portfolio_curve, strategy_curves, times_of
from seawall.analytics.figures import Curve, Figures, StrategyPerformance, performance
from seawall.analytics.ledger import Flow, Valuation, add_movements, flows, holdings, rounded
from seawall.analytics.perpetuals import carried
from seawall.analytics.recorder import Recorder
from seawall.analytics.result import Result
from seawall.analytics.round_trips import FeeInQuote, match_round_trips
from seawall.analytics.summary import Mark, PaperAccount, RunSummary, Span, Summary
from seawall.api.instruments import Instrument
from seawall.api.message import strategy_name
from seawall.api.paper import PaperEnded
from seawall.api.units import Currency, Nanos, half_even_div

PORTFOLIO = "portfolio"


def build_result(recorder: Recorder, run: RunSummary) -> Result:
    """Values what was recorded and computes every figure. The recorder may go on afterwards.

    Raises:
        ValueError: a fee or a movement in a currency that no instrument of the run names.
    """
    run = _by_name(run)
    recorder.pack()
    valuation = Valuation(recorder, run.marks, run.rates)
    summed = flows(recorder)
    held = holdings(recorder, summed)
    of_fills = valuation.total(held)
    add_movements(recorder, held)
    total = valuation.total(held)
    trips = match_round_trips(recorder.fills, recorder.instruments, _fee_in_quote(valuation))
    cells = attribution.cells(recorder, summed, trips, valuation)

    tables = {
        "fills": frames.fills_frame(recorder),
        "orders": frames.orders_frame(recorder),
        "cash": frames.cash_frame(recorder),
        "equity": frames.equity_frame(recorder),
        "exposure": frames.exposure_frame(recorder),
        "prices": frames.prices_frame(recorder),
        "round_trips": frames.round_trips_frame(recorder, trips),
    }

    by_strategy = {name: Totals() for name in sorted(run.strategies)} | attribution.summed(cells, lambda cell: cell.strategy)
    sums = {
        "strategy": by_strategy,
        "symbol": attribution.summed(cells, lambda cell: recorder.instruments[cell.instrument].symbol),
        "venue": attribution.summed(cells, lambda cell: recorder.instruments[cell.instrument].venue),
        "hour": attribution.summed(cells, lambda cell: f"{cell.hour:02}:00"),
    }
    summary = Summary(
        complete=run.complete,
        span=_span(run.start, run.end),
        valuation_currency=recorder.valuation_currency,
        valuation_decimals=recorder.valuation_decimals,
        total_pnl=valuation.money(total),
        opening_equity=_major(run.opening_equity, recorder.valuation_decimals),
        pnl_by_quote_currency={
            currency: rounded(value, 10 ** recorder.decimals_of(currency)) for currency, value in valuation.by_currency(held).items()
        },
        final_marks=[
            Mark(recorder.instruments[i].venue, recorder.instruments[i].symbol, Decimal(text)) for i, text in valuation.mark_texts.items()
        ],
        final_rates={currency: Decimal(text) for currency, text in sorted(valuation.rate_texts.items())},
        figures=_figures(recorder, run, tables, valuation, by_strategy, cells, total),
        attribution={name: attribution.rows(of, total - of_fills, valuation) for name, of in sums.items()},
        fees=_fees(recorder, summed),
        warnings=[*run.warnings, *_unvalued(valuation)],
        refused_rows=run.refused_rows,
        refusals=run.refusals,
        counters=run.counters,
        paper=[_on_paper(ended, end, recorder.valuation_decimals) for ended, end in run.paper],
        seed=run.seed,
        command=run.command,
        config=run.config,
        assumptions=run.assumptions,
        inputs=list(run.inputs),
        instruments=list(recorder.instruments.values()),
        perpetuals=carried(recorder),
        versions={"python": platform.python_version()} | {name: version(name) for name in ("seawall", "polars", "numpy")},
    )
    return Result(summary=summary, wall_clock=run.wall_clock, **tables)


def _by_name(run: RunSummary) -> RunSummary:
    return msgspec.structs.replace(
        run,
        strategies=tuple(map(strategy_name, run.strategies)),
        risk_breaches={strategy_name(address): count for address, count in run.risk_breaches.items()},
        emergency_stops={strategy_name(address): count for address, count in run.emergency_stops.items()},
        chaos_recovery_times={strategy_name(address): seconds for address, seconds in run.chaos_recovery_times.items()},
    )


def _figures(
    recorder: Recorder,
    run: RunSummary,
    tables: dict[str, pl.DataFrame],
    valuation: Valuation,
    by_strategy: dict[str, Totals],
    cells: list[Cell],
    total: Fraction,
) -> Figures:
    opening = float(_major(run.opening_equity, recorder.valuation_decimals))
    whole = portfolio_curve(tables["equity"], tables["exposure"], opening)
    if len(by_strategy) == 1:
        curves = dict.fromkeys(by_strategy, whole)  # The portfolio's is the better one: valued by the host, at every sample.
    else:
        rates = {currency: float(rate) for currency, rate in valuation.rates.items()}
        grid = times_of(tables["equity"])
        curves = strategy_curves(tables["fills"], tables["prices"], grid, opening, recorder.instruments, rates)
    idle = Curve(opening, whole.times, [opening] * len(whole.times), [0.0] * len(whole.times))
    orders = dict(tables["orders"]["strategy"].value_counts().iter_rows())

    def figures_of(
        name: str, totals: Totals, curve: Curve, orders: int, breaches: int, stops: int, recovery: float | None
    ) -> StrategyPerformance:
        return performance(
            name,
            curve,
            start=run.start,
            end=run.end,
            money=valuation.money,
            totals=totals,
            orders=orders,
            risk_breach_count=breaches,
            emergency_stops=stops,
            chaos_recovery_time=recovery,
        )

    everything = Totals()
    for cell in cells:
        everything.add(cell.totals)
    everything.pnl = total
    breaches, stops, recoveries = run.risk_breaches, run.emergency_stops, run.chaos_recovery_times
    slowest = max(recoveries.values(), default=None)
    sums = sum(orders.values()), sum(breaches.values()), sum(stops.values())
    return Figures(
        portfolio=figures_of(PORTFOLIO, everything, whole, *sums, slowest),
        strategies={
            name: figures_of(
                name,
                totals,
                curves.get(name, idle),
                orders.get(name, 0),
                breaches.get(name, 0),
                stops.get(name, 0),
                recoveries.get(name),
            )
            for name, totals in by_strategy.items()
        },
    )


def _fee_in_quote(valuation: Valuation) -> FeeInQuote:
    def fee_in_quote(instrument: Instrument, fee: int, currency: Currency) -> int:
        rate = valuation.rate(instrument.quote)
        if not rate:
            return 0
        value = valuation.amount(currency, fee) / rate * 10**instrument.quote_decimals
        return half_even_div(value.numerator, value.denominator)

    return fee_in_quote


def _fees(recorder: Recorder, summed: list[Flow]) -> dict[Currency, Decimal]:
    fees: dict[Currency, int] = {}
    for flow in summed:
        fees[flow.fee_currency] = fees.get(flow.fee_currency, 0) + flow.fee
    return {currency: _major(minor, recorder.decimals_of(currency)) for currency, minor in sorted(fees.items())}


def _unvalued(valuation: Valuation) -> list[str]:
    return [
        f"no final rate for {currency}: what is held in it counts as nothing in {valuation.currency} figures; add a market that prices it"
        for currency in valuation.unvalued
    ]


def _on_paper(ended: PaperEnded, end: Nanos, places: int) -> PaperAccount:
    pnl = None if ended.profit is None else _major(ended.profit, places)
    return PaperAccount(strategy_name(ended.strategy), ended.venue, ended.since, end, ended.fills, pnl)


def _major(minor: int, places: int) -> Decimal:
    return rounded(Fraction(minor, 10**places), 10**places)


def _span(start: Nanos, end: Nanos) -> Span:
    return Span(_iso(start), _iso(end), start, end)


def _iso(nanos: Nanos) -> str:
    seconds, fraction = divmod(nanos, 10**9)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:09d}Z"
