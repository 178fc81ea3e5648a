"""Limit files to limits. Two forms are understood, alone or together; the strictest figure wins, signs do not matter.

    risk_limits: position_limits, notional_limits, concentration_limits, drawdown_limits, circuit_breakers
    risk_limits: global, per_strategy

Beside them `limits:` takes the keys of `limit_words`. Shares are fractions: 0.10 is ten per cent, whatever the key is called.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from seawall.api.instruments import Instrument
from seawall.api.units import BASIS_POINTS, parse_decimal
from seawall.engine.core import feed_words
from seawall.engine.core.limit_words import OF_SYMBOLS, SHARES, SWITCHES, known

_PROTECT = ("hunter_equity", "strategist_equity", "tier_wait", "tilt_pause", "duplicate_window")  # The larger, the stricter.
_NOT_OURS = ("default_strategies", "chaos_strategies", "strategies")  # A file of strategies may hold the limits too.

# Section -> key -> the limit it sets.
SECTIONS: dict[str, dict[str, str]] = {
    "notional_limits": {"per_strategy": "max_strategy_notional", "total_portfolio": "max_total_notional"},
    "drawdown_limits": {"daily_loss": "max_daily_loss", "strategy_drawdown": "max_strategy_drawdown_bps", "portfolio_var": "max_var"},
    "circuit_breakers": {
        "portfolio_loss_pct": "max_portfolio_loss_bps",
        "single_strategy_loss": "max_strategy_loss",
        "rapid_drawdown_rate": "rapid_drawdown_bps",
    },
    "global": {"max_portfolio_value": "max_total_notional", "max_daily_loss": "max_daily_loss", "max_drawdown": "max_drawdown_bps"},
    "per_strategy": {
        "max_position_notional": "max_position_notional",
        "max_daily_trades": "max_daily_trades",
        "stop_loss_pct": "stop_loss_bps",
    },
}
_POSITION_KEYS = ("max_long", "max_short")


def words_of(files: Sequence[tuple[str, Any]]) -> dict[str, str]:
    """What files say, each as (name, content parsed from YAML), in the words of `limit_words.limits_from`.

    Raises:
        ValueError: a key nobody knows, by its name and file; or a value that is no number.
    """
    found: dict[str, str] = {}
    for name, content in files:
        for key, text in _words(name, content):
            found[key] = _stricter(key, found[key], text) if key in found else text
    return found


def listed(words: Mapping[str, str], instruments: Sequence[Instrument]) -> dict[str, str]:
    """Without those for symbols that nobody trades here: a limit file is for all there is."""
    symbols = [str(instrument.symbol) for instrument in instruments]
    return {key: text for key, text in words.items() if ":" not in key or key.partition(":")[2] in symbols}


def foreign(words: Mapping[str, str], instruments: Sequence[Instrument]) -> list[str]:
    """What to say about the others, a line for each symbol."""
    ours = listed(words, instruments)
    symbols = dict.fromkeys(key.partition(":")[2] for key in words if key not in ours)
    return [f"limits for {symbol}, which is not traded here, have nothing to hold" for symbol in symbols]


def _words(file: str, content: Any) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for key, value in _mapping(file, content).items():
        if key == "risk_limits":
            for section, rest in _mapping(f"{file}: {key}", value).items():
                said += _section(f"{file}: {key}.{section}", str(section), rest)
        elif key == "limits":
            said += [_own(f"{file}: {key}", str(word), figure) for word, figure in _mapping(f"{file}: {key}", value).items()]
        elif key not in _NOT_OURS:
            raise ValueError(f"{file}: no key {key!r}; there are risk_limits and limits")
    return said


def _section(where: str, section: str, content: Any) -> list[tuple[str, str]]:
    if section == "position_limits":
        return [
            (f"{_one_of(f'{where}.{symbol}', str(key), _POSITION_KEYS)}:{symbol}", _number(f"{where}.{symbol}.{key}", value))
            for symbol, sides in _mapping(where, content).items()
            for key, value in _mapping(f"{where}.{symbol}", sides).items()
        ]
    if section == "concentration_limits":
        shares = content if isinstance(content, Mapping) else {"default": content}
        return [
            ("max_concentration_bps" if key == "default" else f"concentration_bps:{key}", _fraction(f"{where}.{key}", value))
            for key, value in shares.items()
        ]
    names = SECTIONS.get(section)
    if names is None:
        raise ValueError(f"{where}: no such section; there are {', '.join(('position_limits', 'concentration_limits', *SECTIONS))}")
    said = []
    for key, value in _mapping(where, content).items():
        limit = names[_one_of(where, str(key), tuple(names))]
        figure = _fraction if limit in SHARES else _number
        said.append((limit, figure(f"{where}.{key}", value)))
    return said


def _own(where: str, key: str, value: Any) -> tuple[str, str]:
    name = key.partition(":")[0]
    if name not in (word.partition(":")[0] for word in known()) or (":" in key) != (name in OF_SYMBOLS):
        raise ValueError(f"{where}: no limit {key!r}; there are {', '.join(known())}")
    if str(value).lower() == "none" or value is None or value is False:
        return key, "none"
    return key, "1" if name in (*SWITCHES, *feed_words.SWITCHES) else _number(f"{where}.{key}", value)


def _number(where: str, value: Any) -> str:
    """Without its sign: a loss is a loss, a short is a short."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{where}: a number is expected, got {value!r}")
    text = str(value).replace("_", "").lstrip("-+")
    try:
        parse_decimal(text, 1, 10**18)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return text


def _fraction(where: str, value: Any) -> str:
    text = _number(where, value)
    try:
        share = parse_decimal(text, 1, BASIS_POINTS)
    except ValueError:
        raise ValueError(f"{where}: {value} is finer than a basis point (0.0001)") from None
    if share > BASIS_POINTS:
        raise ValueError(f"{where}: {value} is more than all; ten per cent is written 0.10")
    return str(share)


def _stricter(key: str, one: str, other: str) -> str:
    """The smaller one, or of what protects by being large the larger; a limit that is lifted here holds if it is set there. A switch that
    is on stays on."""
    if "none" in (one, other):
        return other if one == "none" else one
    stricter = max if key in _PROTECT or key in feed_words.LARGER_IS_STRICTER else min
    return stricter(one, other, key=lambda text: parse_decimal(text, 1, 10**18))


def _one_of(where: str, key: str, allowed: Sequence[str]) -> str:
    if key not in allowed:
        raise ValueError(f"{where}: no key {key!r}; there are {', '.join(allowed)}")
    return key


def _mapping(where: str, content: Any) -> Mapping[Any, Any]:
    if not isinstance(content, Mapping):
        raise ValueError(f"{where}: keys with values are expected, got {type(content).__name__}")
    return content
