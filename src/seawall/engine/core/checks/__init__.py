"""Pre-trade checks, one file each: a function that makes the check for the limits of a desk, or None while no limit calls for it.

All of them look at every intent, so that a refusal names every limit that was broken. They read; only the gate writes. To add one: a file
and a line here.
"""

from seawall.engine.core.checks.halted import halted
from seawall.engine.core.checks.order_quantity import order_quantity
from seawall.engine.core.checks.order_rate import order_rate
from seawall.engine.core.checks.order_value import order_value
from seawall.engine.core.checks.position import position
from seawall.engine.core.checks.price_collar import price_collar
from seawall.engine.core.checks.signal_age import signal_age
from seawall.engine.core.checks.stale_data import stale_data
from seawall.engine.core.checks.strategy_running import strategy_running
from seawall.engine.core.checks.total_notional import total_notional
from seawall.engine.core.checks.unique_tag import unique_tag
from seawall.engine.core.checks.venue_filters import venue_filters
from seawall.engine.core.checks.venue_live import venue_live

CHECKS = (
    halted,
    strategy_running,
    unique_tag,
    venue_live,
    signal_age,
    stale_data,
    venue_filters,
    price_collar,
    order_quantity,
    order_value,
    position,
    total_notional,
    order_rate,
)
