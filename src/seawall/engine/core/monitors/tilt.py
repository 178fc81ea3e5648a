"""How many signs of tilt each strategy has given: a larger order after losses in a row, far more orders than usual, orders taken back. The
first is worth a warning, at the second its sizes are halved, at the third it pauses; `tilt.Tilt` counts them and forgets them.
"""

from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor
from seawall.engine.core.tilt import MOST_SIGNS


def tilt(desk: Desk) -> Monitor | None:
    return _monitor(desk, MOST_SIGNS - 1, warn_at=1)


def deep_tilt(desk: Desk) -> Monitor | None:
    return _monitor(desk, MOST_SIGNS, warn_at=MOST_SIGNS)


def _monitor(desk: Desk, limit: int, warn_at: int) -> Monitor | None:
    limits, accounts = desk.limits, desk.state.strategies
    if not limits.watch_tilt:
        return None

    def measure(look: Look) -> list[Measure]:
        return [
            Measure(account.tilt.level(look.now, limits), limit, f"signs of tilt: {account.tilt.why}", account.address, warn_at=warn_at)
            for account in accounts.values()
            if account.tilt is not None and account.tilt.signs
        ]

    return measure
