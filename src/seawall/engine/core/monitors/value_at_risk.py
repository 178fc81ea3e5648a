"""What a day may cost, at 99 %: today's positions put through the moves of up to 250 past days. The historical figure is the limit's; the
parametric one and the expected shortfall are computed beside it, for reports.
"""

from itertools import pairwise
from math import isqrt

import msgspec

from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.risk_state import RiskState

DAYS = 250
FEWEST = 20  # Days, before anything is said.
_Z_PERMILLE = 2_326  # Standard deviations under which 1 % of a normal distribution lies.


class ValueAtRisk(msgspec.Struct, frozen=True):
    """One day, 99 %, in minor units of the valuation currency; positive: a loss."""

    days: int
    historical: int
    parametric: int
    expected_shortfall: int  # The mean of the losses at least as bad as the historical figure.


def value_at_risk(desk: Desk) -> Monitor | None:
    limit, unit, portfolio = desk.limits.max_var, f"{desk.rates.currency}, one-day value at risk", desk.portfolio
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        found = of_portfolio(portfolio, look.risk)
        return [] if found is None else [Measure(found.historical, limit, unit, money=True)]

    return measure


def of_portfolio(portfolio: Portfolio, risk: RiskState) -> ValueAtRisk | None:
    """None: not every position has a price and a history of at least `FEWEST` days."""
    profits: list[int] = []
    for key, exposure in portfolio.exposures.by_instrument.items():
        if not exposure.position:
            continue
        worth, closes = portfolio.worth_of(key, abs(exposure.position)), risk.daily.get(key, [])
        if worth is None or len(closes) <= FEWEST:
            return None
        signed = worth if exposure.position > 0 else -worth
        moved = [signed * (after - before) // before for before, after in pairwise(closes)][-DAYS:]
        profits = [a + b for a, b in zip(profits[-len(moved) :], moved[-len(profits) :], strict=True)] if profits else moved
    return from_profits(profits)


def from_profits(profits: list[int]) -> ValueAtRisk | None:
    """Of daily profits. The historical figure is the smallest loss that at most 1 % of the days, rounded down, exceeded."""
    n = len(profits)
    if n < FEWEST:
        return None
    losses = sorted((-profit for profit in profits), reverse=True)
    historical = losses[n // 100]
    tail = losses[: n // 100 + 1]
    total = sum(profits)
    deviation = isqrt((n * sum(p * p for p in profits) - total * total) // (n * n))
    parametric = (_Z_PERMILLE * deviation) // 1_000 - total // n
    return ValueAtRisk(n, max(historical, 0), max(parametric, 0), max(-(-sum(tail) // len(tail)), 0))
