"""Performance figures. Ratios are plain floats computed in a fixed order, so that equal runs give equal bytes.

What cannot be said is None, never NaN or infinity: figures of daily returns need two days, ratios need a denominator that is not zero.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import fsum, isfinite, sqrt

import msgspec

from seawall.analytics.attribution import Totals
from seawall.api.units import BASIS_POINTS, DAY

DAYS_PER_YEAR = 365  # These markets never close.
VAR_DAYS = 250
VAR_TAIL = 0.01
EPOCH = date(1970, 1, 1).toordinal()
NORMAL_QUANTILE = -2.3263478740408408  # Of VAR_TAIL.


class StrategyPerformance(msgspec.Struct, frozen=True, kw_only=True):
    """Money is in the valuation currency; ratios are fractions (0.05 is five percent); None: not defined for this run.

    A strategy's returns are its profit and loss on the whole opening equity, so those of all strategies add up to the portfolio's.
    """

    strategy_name: str
    total_pnl: Decimal
    sharpe_ratio: float | None  # Daily returns, annualised over 365 days; no risk-free rate.
    max_drawdown: float | None  # Largest fall from a peak of the equity, as a positive fraction of that peak.
    win_rate: float | None  # Winning round trips, net of fees, of all round trips. None: there were none.
    avg_trade_pnl: Decimal | None
    trades_per_day: float  # Round trips per UTC calendar day that the run touches.
    risk_adjusted_return: float | None  # Total return / maximum drawdown.

    chaos_recovery_time: float | None  # Seconds from a fault's end to the steady state, the longest; None: the host measured none.
    risk_breach_count: int
    emergency_stops: int  # Times that a breaker stopped it or all trading, or its own failure ended it.

    total_return: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None  # Annualised return / maximum drawdown of daily returns.
    volatility: float | None  # Of daily returns, annualised.
    value_at_risk: float | None  # One day, 99 %, historical over the last 250 days; a loss is positive.
    value_at_risk_parametric: float | None  # The same from a normal distribution.
    expected_shortfall: float | None  # Mean of the days at and beyond that quantile; a loss is positive.
    days: int  # Calendar days of the run, and as many daily returns when it has two or more.
    exposure: float | None  # Gross exposure / equity, averaged over time.
    exposure_max: float | None
    time_in_market: float | None  # Share of the time with a position.
    turnover: float | None  # Traded notional / average equity.
    notional: Decimal
    fees: Decimal
    slippage: Decimal | None  # What fills cost against the decision price; None: no order had one.
    slippage_bps: float | None
    fills: int
    orders: int
    trades: int
    winning_trades: int


class Figures(msgspec.Struct, frozen=True):
    portfolio: StrategyPerformance
    strategies: dict[str, StrategyPerformance]


class Curve(msgspec.Struct, frozen=True):
    """Equity and gross exposure over time, in the valuation currency. All three have one length."""

    opening: float
    times: list[int]
    equity: list[float]
    gross: list[float]


def performance(
    name: str,
    curve: Curve,
    totals: Totals,
    *,
    start: int,
    end: int,
    money: Callable[[Fraction], Decimal],
    orders: int,
    risk_breach_count: int,
    emergency_stops: int,
    chaos_recovery_time: float | None = None,
) -> StrategyPerformance:
    """Every figure of one strategy or of the portfolio, from its exact totals and its curve."""
    days = calendar_days(start, end)
    returns = daily_returns(curve)
    drawdown = max_drawdown([curve.opening, *curve.equity])
    total_return = ratio(float(totals.pnl), curve.opening) if curve.opening > 0 else None
    exposure_mean, exposure_max, time_in_market = exposure(curve)
    trades = totals.trades
    return StrategyPerformance(
        strategy_name=name,
        total_pnl=money(totals.pnl),
        sharpe_ratio=sharpe(returns),
        max_drawdown=drawdown,
        win_rate=ratio(totals.winning_trades, trades),
        avg_trade_pnl=money(totals.trade_profit / trades) if trades else None,
        trades_per_day=trades / days,
        risk_adjusted_return=ratio(total_return, drawdown),
        chaos_recovery_time=chaos_recovery_time,
        risk_breach_count=risk_breach_count,
        emergency_stops=emergency_stops,
        total_return=total_return,
        sortino_ratio=sortino(returns),
        calmar_ratio=calmar(returns),
        volatility=volatility(returns),
        value_at_risk=value_at_risk(returns),
        value_at_risk_parametric=value_at_risk_parametric(returns),
        expected_shortfall=expected_shortfall(returns),
        days=days,
        exposure=exposure_mean,
        exposure_max=exposure_max,
        time_in_market=time_in_market,
        turnover=ratio(float(totals.notional), time_average(curve.times, curve.equity)),
        notional=money(totals.notional),
        fees=money(totals.fees),
        slippage=money(totals.slippage) if totals.slippage_notional else None,
        slippage_bps=ratio(float(totals.slippage) * BASIS_POINTS, float(totals.slippage_notional)),
        fills=totals.fills,
        orders=orders,
        trades=trades,
        winning_trades=totals.winning_trades,
    )


def calendar_days(start: int, end: int) -> int:
    """UTC days that the span touches; its end is not part of it."""
    return max(1, (end - 1) // DAY - start // DAY + 1)


def daily_returns(curve: Curve) -> list[float]:
    return list(period_returns(curve, DAY).values())


def period_returns(curve: Curve, period: int) -> dict[int, float]:
    """Close over close by period number (time // period), the first over the opening equity; one without a sample returned 0.

    A sample at the very moment a period ends is its close. Empty where the equity was not positive throughout.
    """
    if not curve.times or curve.opening <= 0:
        return {}
    first, last = curve.times[0], max(curve.times[0], curve.times[-1] - 1)
    closes = {max(time - 1, first) // period: equity for time, equity in zip(curve.times, curve.equity, strict=True)}
    returns, previous = {}, curve.opening
    for number in range(first // period, last // period + 1):
        close = closes.get(number, previous)
        if previous <= 0:
            return {}
        returns[number] = close / previous - 1
        previous = close
    return returns


def monthly_returns(curve: Curve) -> dict[tuple[int, int], float]:
    """Compounded daily returns by (year, month), UTC."""
    growth: dict[tuple[int, int], float] = {}
    for number, r in period_returns(curve, DAY).items():
        day = date.fromordinal(EPOCH + number)
        growth[day.year, day.month] = growth.get((day.year, day.month), 1.0) * (1 + r)
    return {month: value - 1 for month, value in growth.items()}


def sharpe(returns: Sequence[float]) -> float | None:
    return ratio(mean(returns) * sqrt(DAYS_PER_YEAR), deviation(returns)) if len(returns) >= 2 else None


def sortino(returns: Sequence[float]) -> float | None:
    if len(returns) < 2:
        return None
    downside = sqrt(fsum(min(r, 0.0) ** 2 for r in returns) / len(returns))
    return ratio(mean(returns) * sqrt(DAYS_PER_YEAR), downside)


def calmar(returns: Sequence[float]) -> float | None:
    if len(returns) < 2:
        return None
    equity = [1.0]
    for r in returns:
        equity.append(equity[-1] * (1 + r))
    return ratio(annualised(equity[-1], len(returns)), max_drawdown(equity))


def annualised(growth: float, days: int) -> float | None:
    """The yearly return of a growth factor reached in `days`."""
    if growth < 0:
        return None
    try:
        return float(growth ** (DAYS_PER_YEAR / days)) - 1
    except OverflowError:
        return None


def volatility(returns: Sequence[float]) -> float | None:
    return deviation(returns) * sqrt(DAYS_PER_YEAR) if len(returns) >= 2 else None


def max_drawdown(equity: Sequence[float]) -> float | None:
    """None where equity never was positive. Over 1 when it fell below zero."""
    worst, peak = 0.0, 0.0
    for value in equity:
        if value >= peak:
            peak = value
        elif peak > 0:
            worst = max(worst, (peak - value) / peak)
    return worst if peak > 0 else None


def value_at_risk(returns: Sequence[float]) -> float | None:
    """The historical quantile, interpolated between the two nearest days."""
    if len(returns) < 2:
        return None
    ordered = sorted(returns[-VAR_DAYS:])
    place = (len(ordered) - 1) * VAR_TAIL
    below = int(place)
    return -(ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below))


def value_at_risk_parametric(returns: Sequence[float]) -> float | None:
    recent = returns[-VAR_DAYS:]
    return -(mean(recent) + NORMAL_QUANTILE * deviation(recent)) if len(recent) >= 2 else None


def expected_shortfall(returns: Sequence[float]) -> float | None:
    if len(returns) < 2:
        return None
    ordered = sorted(returns[-VAR_DAYS:])
    return -mean(ordered[: int((len(ordered) - 1) * VAR_TAIL) + 1])


def exposure(curve: Curve) -> tuple[float | None, float | None, float | None]:
    """Mean and maximum of gross exposure / equity, and the share of time in the market. A sample holds until the next."""
    ratios = [g / e for g, e in zip(curve.gross, curve.equity, strict=True) if e > 0]
    if not ratios or len(ratios) < len(curve.equity):
        return None, None, None
    invested = [1.0 if g > 0 else 0.0 for g in curve.gross]
    return time_average(curve.times, ratios), max(ratios), time_average(curve.times, invested)


def time_average(times: Sequence[int], values: Sequence[float]) -> float | None:
    """Each value weighted with the time until the next; the plain mean when no time passes."""
    if not values:
        return None
    span = times[-1] - times[0]
    if not span:
        return mean(values)
    return fsum(value * (until - since) for value, since, until in zip(values, times, times[1:], strict=False)) / span


def mean(values: Sequence[float]) -> float:
    return fsum(values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """Of a sample: one degree of freedom less. Exactly 0 where all are equal."""
    if min(values) == max(values):
        return 0.0
    middle = mean(values)
    return sqrt(fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or not denominator:
        return None
    ratio = numerator / denominator
    return ratio if isfinite(ratio) else None
