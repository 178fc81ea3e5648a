"""When a strategy that misbehaves on purpose does so: after so many breaches, in a quiet market, by chance, and for how long.

Probabilities of `trigger_conditions` are drawn once a minute of the market's time, `trigger_probability` once an hour. Without any
condition it is always time. A spell ends after its `duration_minutes`, or `max_duration_minutes`; where nothing else would begin the next
one, it rests as long.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping
from typing import Any

from seawall.api.units import HOUR, MINUTE
from seawall.strategy.events import PriceUpdate
from seawall.strategy.indicators import RealisedVolatility
from seawall.strategy.random import StrategyRandom

QUIET_MINUTES = 30  # Whose realised volatility is compared
DAY_MINUTES = 1_440  # with that of every minute of a day.
PERCENTILE = 25
MARKET_CONDITIONS = ("low_volatility",)
CONDITION_KEYS = ("market_condition", "probability", "duration_minutes", "risk_breach_count", "escalation_factor")
KEYS = ("trigger_conditions", "trigger_probability", "max_duration_minutes")


class Quietness:
    """Whether the realised volatility of the last half hour is under its 25th percentile of the last day. Fed once a minute."""

    def __init__(self) -> None:
        self.volatility = RealisedVolatility(QUIET_MINUTES)
        self.day: deque[float] = deque(maxlen=DAY_MINUTES)
        self.ordered: list[float] = []

    def update(self, price: float) -> bool:
        value = self.volatility.update(price)
        if value is None:
            return False
        quiet = len(self.day) >= QUIET_MINUTES and value < self.ordered[len(self.ordered) * PERCENTILE // 100]
        if len(self.day) == DAY_MINUTES:
            del self.ordered[bisect_left(self.ordered, self.day[0])]
        self.day.append(value)
        insort(self.ordered, value)
        return quiet


class Triggers:
    """Raises: ValueError: an unknown key, or a figure that makes no sense."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        conditions = config.get("trigger_conditions") or []
        if not isinstance(conditions, list | tuple):
            raise ValueError(f"trigger_conditions is a list of conditions, got {conditions!r}")
        self.conditions = [_condition(each) for each in conditions]
        self.hourly = _number("trigger_probability", config.get("trigger_probability"), most=1.0)
        self.longest = _number("max_duration_minutes", config.get("max_duration_minutes"))
        self.always = not self.conditions and self.hourly is None
        self.breaches = 0
        self.market = ""  # The first it hears of, whose volatility counts.
        self.minute = self.hour = -1
        self.until = 0  # The end of the spell at hand, nanoseconds; 0: none.
        self.rest = 0
        self.quietness = Quietness()

    def active(self, update: PriceUpdate, random: StrategyRandom) -> bool:
        """Whether it is time, at this price."""
        now = update.timestamp_ns
        market = f"{update.venue}:{update.symbol}"
        self.market = self.market or market
        if market == self.market and now // MINUTE != self.minute:
            self.minute = now // MINUTE
            self._minute(now, self.quietness.update(update.price) if self.conditions else False, random)
        if self.until and now >= self.until:
            self.until, self.rest = 0, now + self._length(None) if self.always else 0
        if not self.until and self.always and now >= self.rest:
            self.until = now + self._length(None)
        return now < self.until

    def breached(self, now: int) -> None:
        """A check refused an order."""
        self.breaches += 1
        for condition in self.conditions:
            count = condition.get("risk_breach_count")
            if count is not None and self.breaches >= count and not self.until:
                self.until = now + self._length(condition)

    @property
    def intensity(self) -> float:
        """1, times the `escalation_factor` for every breach beyond the `risk_breach_count`; at most a million."""
        intensity = 1.0
        for condition in self.conditions:
            factor = condition.get("escalation_factor")
            further = self.breaches - int(condition.get("risk_breach_count") or 0)
            for _ in range(min(further, 1_000) if factor is not None else 0):
                intensity = min(intensity * factor, 1e6)  # type: ignore[operator]
        return intensity

    def save_state(self) -> dict[str, Any]:
        numbers = {name: getattr(self, name) for name in ("breaches", "market", "minute", "hour", "until", "rest")}
        return {**numbers, "volatility": self.quietness.volatility.save_state(), "day": list(self.quietness.day)}

    def load_state(self, state: dict[str, Any]) -> None:
        for name in ("breaches", "market", "minute", "hour", "until", "rest"):
            setattr(self, name, state[name])
        self.quietness.volatility.load_state(state["volatility"])
        self.quietness.day = deque(state["day"], DAY_MINUTES)
        self.quietness.ordered = sorted(state["day"])

    def _minute(self, now: int, quiet: bool, random: StrategyRandom) -> None:
        if self.hourly is not None and now // HOUR != self.hour:
            self.hour = now // HOUR
            if random.random() < self.hourly and not self.until:
                self.until = now + self._length(None)
        for condition in self.conditions:
            wanted, chance = condition.get("market_condition"), condition.get("probability")
            if condition.get("risk_breach_count") is not None or (wanted is not None and not quiet):
                continue
            if (chance is None or random.random() < chance) and not self.until:
                self.until = now + self._length(condition)

    def _length(self, condition: Mapping[str, Any] | None) -> int:
        wanted = [condition.get("duration_minutes") if condition else None, self.longest]
        return int(min([minutes for minutes in wanted if minutes is not None], default=1e9) * MINUTE)


def _condition(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise ValueError(f"a trigger condition has keys and values, got {given!r}")
    if unknown := [name for name in given if name not in CONDITION_KEYS]:
        raise ValueError(f"trigger condition {unknown[0]!r} is not known; there are {', '.join(CONDITION_KEYS)}")
    if given.get("market_condition") not in (None, *MARKET_CONDITIONS):
        raise ValueError(f"market_condition {given['market_condition']!r} is not known; there is {', '.join(MARKET_CONDITIONS)}")
    figures = {name: _number(name, given.get(name), most=1.0 if name == "probability" else None) for name in CONDITION_KEYS[1:]}
    return {"market_condition": given.get("market_condition"), **figures}


def _number(name: str, value: Any, most: float | None = None) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= (1e9 if most is None else most):
        raise ValueError(f"{name} must be a number above 0" + (f" and at most {most:g}" if most is not None else "") + f", got {value!r}")
    return value
