"""How much of what is held is in one symbol, once more than one is held. The check of that name stops orders; markets move too."""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def concentration(desk: Desk) -> Monitor | None:
    limit, own_limits, portfolio = desk.limits.max_concentration_bps, desk.limits.concentration_bps, desk.portfolio
    if limit is None and not own_limits:
        return None

    def measure(look: Look) -> list[Measure]:
        worths: dict[str, int] = {}
        for key, exposure in portfolio.exposures.by_instrument.items():
            worth = portfolio.worth_of(key, abs(exposure.position)) if exposure.position else 0
            if worth:
                symbol = portfolio.instruments[key].symbol
                worths[symbol] = worths.get(symbol, 0) + worth
        total = sum(worths.values())
        found = [
            Measure(worth * BASIS_POINTS // total, allowed, f"basis points of gross exposure in {symbol}")
            for symbol, worth in worths.items()
            if len(worths) > 1 and (allowed := own_limits.get(symbol, limit)) is not None  # type: ignore[call-overload]
        ]
        return [max(found, key=lambda measure: measure.value * BASIS_POINTS // max(measure.limit, 1))] if found else []

    return measure
