"""What each open position has lost of what it cost. The worst of a strategy counts."""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def stop_loss(desk: Desk) -> Monitor | None:
    limit, portfolio = desk.limits.stop_loss_bps, desk.portfolio
    if limit is None:
        return None

    def measure(look: Look) -> list[Measure]:
        worst: dict[str, Measure] = {}
        for strategy, held in portfolio.positions.items():
            for key, position in held.items():
                mark, instrument = portfolio.markets[key].mark(), portfolio.instruments[key]
                if position.quantity and position.cost and mark:
                    worth = position.quantity * mark * instrument.tick_value // instrument.lot_value
                    lost = (position.cost - worth) * BASIS_POINTS // abs(position.cost)
                    if strategy not in worst or worst[strategy].value < lost:
                        worst[strategy] = Measure(lost, limit, f"basis points of its cost lost by the position in {key}", strategy)
        return list(worst.values())

    return measure
