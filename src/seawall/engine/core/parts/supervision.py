"""Looks at profit and loss at intervals, while a limit asks for it: breakers get what monitors measure, and equity decides the tier.

What has no price or no rate is unknown: there is no look then, and an alert says so instead.
"""

from typing import TYPE_CHECKING

from seawall.api.instruments import Symbol, Venue
from seawall.api.message import Envelope
from seawall.api.projections import PROJECTIONS
from seawall.api.risk import Tier
from seawall.api.signals import BreachReported, BreachType
from seawall.api.supervision import EVERYTHING, Severity, TierChanged
from seawall.api.units import Nanos
from seawall.engine.core.books import Books
from seawall.engine.core.monitors import MONITORS
from seawall.engine.core.monitors.monitor import Look, Measure, Monitor
from seawall.engine.core.parts.part import Part
from seawall.engine.core.tiers import climb, rank, threshold

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

UNVALUED = "valuation"


class Supervision(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.state, self.limits, self.rates, self.risk = engine.state, engine.limits, engine.rates, engine.state.risk
        self.interval, self.entry, self.breakers = engine.settings.monitor_interval, engine.entry, engine.breakers
        self.books = Books(engine)
        made = [(make.__name__, make(engine)) for make in MONITORS]
        self.monitors: list[tuple[str, Monitor]] = [(name, monitor) for name, monitor in made if monitor is not None]
        self.tiered = any(account.tier is not Tier.SNIPER for account in engine.state.strategies.values())
        defaults = ("concentration",)  # Set without being asked for: alone it is no reason to look.
        wanted = any(name not in defaults for name, _ in self.monitors) or self.limits.max_leverage_bps is not None
        self.looking = wanted or self.tiered

    def deadline(self) -> Nanos | None:
        return self.risk.look_at if self.looking else None

    def on_time(self, now: Nanos) -> list[Envelope]:
        if not self.looking or now < self.risk.look_at:
            return []
        self.risk.look_at = Nanos(now // self.interval * self.interval + self.interval)
        equity, opening = self.books.bring_up_to_date(now), self.risk.opening
        if equity is None or opening is None or opening <= 0:
            return self.breakers.raise_alert(UNVALUED, Measure(1, 1, "portfolios that cannot be valued"), Severity.WARNING)
        out = self.breakers.clear(UNVALUED, EVERYTHING)
        if self.tiered:
            out += self._climb(equity, now)
        look = Look(now, self.risk, opening, equity)
        for name, monitor in self.monitors:
            for measure in monitor(look):
                out += self.breakers.judge(name, measure, now)
        return out

    def _climb(self, equity: int, now: Nanos) -> list[Envelope]:
        """Who needs a tier that is lost takes its orders back, and is told."""
        before, tier = self.risk.tier, climb(self.risk, self.limits, equity, now)
        if tier is before:
            return []
        self.risk.tier = tier
        worth = self.rates.as_float(equity)
        out = [Envelope(PROJECTIONS, TierChanged(tier, before, worth))]
        for account in self.state.strategies.values():
            if account.running and before is not None and rank(tier) < rank(account.tier) <= rank(before):
                least, unit = self.rates.as_float(threshold(self.limits, account.tier)), f"{self.rates.currency} of equity"
                told = BreachReported(
                    account.address, BreachType.CIRCUIT_BREAKER, "tier", least, worth, unit, Symbol(""), Venue(""), ""
                )  # fmt: skip
                out += [Envelope(account.address, told), *self.entry.cancel_all(now, account.address)]
        return out
