"""How near accounts at venues of perpetuals are to being liquidated: maintenance margin as a share of equity; all of it is the end.

It names the position whose mark is nearest to its liquidation price.
"""

from seawall.api.units import BASIS_POINTS
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.margins import MarginView
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor
from seawall.runtime.floats import price_as_float


def margin_ratio(desk: Desk) -> Monitor | None:
    limit, margins = desk.limits.max_margin_ratio_bps, desk.margins
    if limit is None or all(instrument.margin is None for instrument in desk.settings.instruments):
        return None

    def measure(look: Look) -> list[Measure]:
        views = [view for view in margins.views() if view.positions]
        if not views:
            return [Measure(0, limit, "basis points of the equity")]
        worst = max(views, key=_ratio)
        return [Measure(_ratio(worst), limit, f"basis points of the equity at {worst.venue}; {_nearest(worst)}")]

    return measure


def _ratio(view: MarginView) -> int:
    ratio = view.ratio_bps
    return BASIS_POINTS if ratio is None else min(ratio, BASIS_POINTS)


def _nearest(view: MarginView) -> str:
    at_risk = [position for position in view.positions if position.liquidation_price]
    if not at_risk:
        return "no price liquidates it"
    nearest = min(at_risk, key=lambda position: abs(position.mark - position.liquidation_price) * BASIS_POINTS // position.mark)
    instrument = nearest.instrument
    at, end = (price_as_float(instrument, price) for price in (nearest.mark, nearest.liquidation_price))
    return f"{instrument.symbol} is marked at {at:g} and liquidated at {end:g}"
