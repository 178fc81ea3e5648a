"""What a strategy says of itself when it starts, checked: its size, its confidence, its version, its timer."""

from math import isfinite
from typing import Any

from seawall.api.instruments import Symbol
from seawall.api.message import Address
from seawall.api.risk import Tier
from seawall.api.signals import StrategyStarted
from seawall.api.units import MILLISECOND, SECOND
from seawall.strategy.base import TradingStrategy
from seawall.strategy.core.plain import number, text


def introduce(strategy: TradingStrategy, address: Address) -> StrategyStarted:
    """`max_position_size` is the attribute if there is one, else the parameter; a number, or one for each symbol.

    Raises: ValueError: a figure that is none, or out of its range.
    """
    config = strategy.config if isinstance(strategy.config, dict) else {}
    size = getattr(strategy, "max_position_size", config.get("max_position_size", 1.0))
    sizes = {Symbol(text(symbol)): _size(f"max_position_size of {symbol}", value) for symbol, value in _by_symbol(size).items()}
    confidence = number(config.get("min_confidence", 0.1))
    if not 0.0 <= confidence <= 1.0:
        raise ValueError(f"min_confidence must lie between 0 and 1, got {config['min_confidence']!r}")
    return StrategyStarted(
        strategy=address,
        name=type(strategy).__name__,
        version=text(strategy.VERSION),
        max_position_size=0.0 if isinstance(size, dict) else _size("max_position_size", size),
        min_confidence=confidence,
        max_position_sizes=sizes,
        tier=_tier(config.get("tier", strategy.TIER)),
        paper=_yes("paper_fallback", config.get("paper_fallback", strategy.PAPER_FALLBACK)),
    )


def timer_interval(strategy: TradingStrategy) -> int:
    """Nanoseconds; 0: no timer.

    Raises: ValueError: not a time, or one too short to be meant.
    """
    wanted = strategy.TIMER_SECONDS
    if wanted is None:
        return 0
    seconds = number(wanted)
    if not (isfinite(seconds) and seconds * SECOND >= MILLISECOND):
        raise ValueError(f"TIMER_SECONDS must be None or a number from 0.001, got {wanted!r}")
    return int(seconds * SECOND)


def _tier(value: Any) -> Tier:
    try:
        return Tier(text(value).lower())
    except ValueError:
        raise ValueError(f"tier must be one of {', '.join(Tier)}, got {value!r}") from None


def _yes(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false, got {value!r}")
    return value


def _by_symbol(size: Any) -> dict[Any, Any]:
    return size if isinstance(size, dict) else {}


def _size(name: str, value: Any) -> float:
    size = number(value)
    if not (isfinite(size) and size >= 0.0):
        raise ValueError(f"{name} must be a number of the base currency, 0 or more, got {value!r}")
    return size
