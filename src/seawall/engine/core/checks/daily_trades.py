"""At most so many fills of one strategy in a day, UTC."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import DAY, Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal


def daily_trades(desk: Desk, instrument: Instrument) -> Check | None:
    limit = desk.limits.max_daily_trades
    if limit is None:
        return None

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        account = intent.account
        if account.trades_today < limit or intent.closing:
            return None
        traded = account.trades_today if account.trade_day == now // DAY else 0
        if traded < limit:
            return None
        return Refusal("daily_trades", BreachType.ORDER_RATE, limit, traded, "trades today")

    return check
