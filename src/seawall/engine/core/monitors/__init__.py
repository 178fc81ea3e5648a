"""What is measured after the trade, one file each: a function that makes the measure for the limits of a desk, or None while no limit calls
for it. A measure says how far everything in its scope has gone; the table BREAKERS says what happens when a limit is broken, and what
is not in it only raises alerts. To add one: a file and a line here.
"""

from seawall.api.supervision import BreakerAction
from seawall.engine.core.monitors.concentration import concentration
from seawall.engine.core.monitors.correlation import correlation
from seawall.engine.core.monitors.daily_loss import daily_loss
from seawall.engine.core.monitors.drawdown import drawdown
from seawall.engine.core.monitors.margin_ratio import margin_ratio
from seawall.engine.core.monitors.portfolio_loss import portfolio_loss
from seawall.engine.core.monitors.rapid_drawdown import rapid_drawdown
from seawall.engine.core.monitors.stop_loss import stop_loss
from seawall.engine.core.monitors.strategy_drawdown import strategy_drawdown
from seawall.engine.core.monitors.strategy_loss import strategy_loss
from seawall.engine.core.monitors.tilt import deep_tilt, tilt
from seawall.engine.core.monitors.trade_storm import trade_storm
from seawall.engine.core.monitors.value_at_risk import value_at_risk

MONITORS = (
    portfolio_loss,
    drawdown,
    daily_loss,
    value_at_risk,
    strategy_loss,
    strategy_drawdown,
    stop_loss,
    rapid_drawdown,
    trade_storm,
    tilt,
    deep_tilt,
    concentration,
    correlation,
    margin_ratio,
)

BREAKERS: dict[str, BreakerAction] = {
    "portfolio_loss": BreakerAction.LIQUIDATE,
    "drawdown": BreakerAction.LIQUIDATE,
    "daily_loss": BreakerAction.REDUCE_ONLY,
    "value_at_risk": BreakerAction.REDUCE_ONLY,
    "strategy_loss": BreakerAction.FLATTEN,
    "strategy_drawdown": BreakerAction.FLATTEN,
    "stop_loss": BreakerAction.FLATTEN,
    "rapid_drawdown": BreakerAction.FLATTEN,
    "trade_storm": BreakerAction.SUSPEND,
    "tilt": BreakerAction.HALVE,
    "deep_tilt": BreakerAction.PAUSE,
    "execution_throttle": BreakerAction.SUSPEND,  # Seen before the trade, by the check of that name.
}
