"""Limits from people's words to the engine's units: `{"max_order_value": "50000", "max_long:BTC-USD": "2", "max_orders": "none"}`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from seawall.api.instruments import Instrument, Symbol
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.units import SECOND, parse_decimal
from seawall.engine.core.feed_words import FEED

MONEY = (  # In the valuation currency.
    "max_order_value", "max_total_notional", "max_strategy_notional", "max_position_notional", "max_daily_loss", "max_var",
    "max_strategy_loss", "hunter_equity", "strategist_equity",
)  # fmt: skip
COUNTS = ("max_orders", "max_messages", "max_repeats", "max_daily_trades", "max_trades", "tilt_losses", "tilt_rate", "tilt_orders")
SHARES = (  # In basis points.
    "price_collar_bps", "max_concentration_bps", "max_leverage_bps", "max_portfolio_loss_bps", "max_drawdown_bps",
    "max_strategy_drawdown_bps", "stop_loss_bps", "rapid_drawdown_bps", "max_correlation_bps", "max_margin_ratio_bps", "tilt_cancel_bps",
)  # fmt: skip
SECONDS = (
    "max_price_age", "max_signal_age", "order_window", "message_window", "duplicate_window", "rapid_window", "trade_window",
    "tier_wait", "tilt_pause", "paper_after",
)  # fmt: skip
SWITCHES = ("prevent_self_match",)  # 1 or none.
OF_SYMBOLS = ("max_order_quantity", "max_long", "max_short", "concentration_bps")  # NAME:SYMBOL; base currency, but for basis points.
_WINDOWS = (  # Without them other limits mean nothing.
    "order_window", "message_window", "rapid_window", "trade_window", "tier_wait", "tilt_orders", "tilt_pause",
)  # fmt: skip
_NO_LIMIT = (1 << 63) - 1


def limits_from(texts: Mapping[str, str], defaults: Limits, instruments: Sequence[Instrument], decimals: int) -> Limits:
    """The defaults, changed as the texts say; "none" lifts a limit. What they say of the gate for market data is `feed_from`'s.

    Raises:
        ValueError: an unknown limit or symbol, or a value that is not a number.
    """
    changes: dict[str, Any] = {}
    by_symbol = {
        "max_order_quantity": dict(defaults.max_order_quantity),
        "concentration_bps": dict(defaults.concentration_bps),
    }
    positions = dict(defaults.position)
    for key, text in texts.items():
        if key in FEED:
            continue
        name, _, symbol = key.partition(":")
        if symbol and name in OF_SYMBOLS:
            scale = _base_scale(key, Symbol(symbol), instruments)
            value = _parsed(key, text, 1 if name == "concentration_bps" else scale)
            if name in by_symbol:
                by_symbol[name][Symbol(symbol)] = value if value is not None else _NO_LIMIT
            else:
                positions[Symbol(symbol)] = msgspec.structs.replace(positions.get(Symbol(symbol), SymbolLimits()), **{name: value})
        elif symbol or name not in (*MONEY, *COUNTS, *SHARES, *SECONDS, *SWITCHES):
            raise ValueError(f"no limit {key!r}; there are {', '.join(known())}")
        elif name in SWITCHES:
            changes[name] = _switched(key, text)
        else:
            value = changes[name] = _parsed(key, text, 10**decimals if name in MONEY else SECOND if name in SECONDS else 1)
            if name in _WINDOWS and not value:
                raise ValueError(f"limit {key}: a window is longer than nothing, got {text}")
    return msgspec.structs.replace(defaults, position=positions, **by_symbol, **changes)


def as_texts(limits: Mapping[str, str | float | None]) -> dict[str, str]:
    """From Python a number does as well as its text, and None as "none"."""
    return {key: str(value) for key, value in limits.items()}


def known() -> tuple[str, ...]:
    """Every key."""
    return (*MONEY, *COUNTS, *SHARES, *SECONDS, *SWITCHES, *FEED, *(f"{name}:SYMBOL" for name in OF_SYMBOLS))


def _switched(key: str, text: str) -> bool:
    if text.lower() not in ("1", "none"):
        raise ValueError(f"limit {key}: 1 or none, got {text}")
    return text == "1"


def _parsed(key: str, text: str, scale: int) -> int | None:
    if text.lower() == "none":
        return None
    try:
        value = parse_decimal(text, 1, scale)
    except ValueError as error:
        raise ValueError(f"limit {key}: {error}") from None
    if value < 0:
        raise ValueError(f"limit {key}: {text} is negative" + ("; shorts are written as positive numbers" if "short" in key else ""))
    return value


def _base_scale(key: str, symbol: Symbol, instruments: Sequence[Instrument]) -> int:
    for instrument in instruments:
        if instrument.symbol == symbol:
            return int(10**instrument.base_decimals)
    names = ", ".join(dict.fromkeys(instrument.symbol for instrument in instruments))
    raise ValueError(f"limit {key}: no such symbol in the data; there are {names}")
