"""How many fills each strategy had within the window."""

from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor


def trade_storm(desk: Desk) -> Monitor | None:
    limit, window, accounts = desk.limits.max_trades, desk.limits.trade_window, desk.state.strategies
    if limit is None:
        return None
    unit = f"trades in {window // 1_000_000_000} s"

    def measure(look: Look) -> list[Measure]:
        since = look.now - window
        return [
            Measure(sum(at > since for at in account.trade_times), limit, unit, account.address)
            for account in accounts.values()
            if account.trade_times and account.trade_times[-1] > since
        ]

    return measure
