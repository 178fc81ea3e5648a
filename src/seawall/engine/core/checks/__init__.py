"""Pre-trade checks, one file each: a function that makes the check of an instrument for the limits of a desk, None while none calls for it.

All of them look at every intent, so that a refusal names every limit that was broken. They read; only the gate writes. To add one: a file
and a line here.
"""

from seawall.engine.core.checks.capital import capital
from seawall.engine.core.checks.concentration import concentration
from seawall.engine.core.checks.daily_trades import daily_trades
from seawall.engine.core.checks.duplicate_order import duplicate_order
from seawall.engine.core.checks.execution_throttle import execution_throttle
from seawall.engine.core.checks.halted import halted
from seawall.engine.core.checks.intent_against_sent import intent_against_sent
from seawall.engine.core.checks.margin import margin
from seawall.engine.core.checks.market_halted import market_halted
from seawall.engine.core.checks.message_rate import message_rate
from seawall.engine.core.checks.observe_only import observe_only
from seawall.engine.core.checks.order_quantity import order_quantity
from seawall.engine.core.checks.order_rate import order_rate
from seawall.engine.core.checks.order_value import order_value
from seawall.engine.core.checks.position import position
from seawall.engine.core.checks.position_notional import position_notional
from seawall.engine.core.checks.price_collar import price_collar
from seawall.engine.core.checks.reduce_only import reduce_only
from seawall.engine.core.checks.self_match import self_match
from seawall.engine.core.checks.signal_age import signal_age
from seawall.engine.core.checks.stale_data import stale_data
from seawall.engine.core.checks.strategy_notional import strategy_notional
from seawall.engine.core.checks.strategy_running import strategy_running
from seawall.engine.core.checks.suspended import suspended
from seawall.engine.core.checks.tier import tier
from seawall.engine.core.checks.total_notional import total_notional
from seawall.engine.core.checks.unique_tag import unique_tag
from seawall.engine.core.checks.venue_breaker import venue_breaker
from seawall.engine.core.checks.venue_budget import venue_budget
from seawall.engine.core.checks.venue_filters import venue_filters
from seawall.engine.core.checks.venue_live import venue_live

CHECKS = (
    observe_only,
    halted,
    strategy_running,
    suspended,
    tier,
    intent_against_sent,
    unique_tag,
    venue_live,
    market_halted,
    venue_breaker,
    venue_budget,
    signal_age,
    stale_data,
    venue_filters,
    price_collar,
    reduce_only,
    self_match,
    order_quantity,
    order_value,
    position,
    position_notional,
    strategy_notional,
    total_notional,
    concentration,
    capital,
    margin,
    order_rate,
    message_rate,
    daily_trades,
    duplicate_order,
    execution_throttle,
)
