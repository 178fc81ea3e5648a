"""Limits from people's words to the engine's units: `{"max_order_value": "50000", "max_long:BTC-USD": "2", "max_orders": "none"}`."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from seawall.api.instruments import Instrument, Symbol
from seawall.api.risk import Limits, SymbolLimits
from seawall.api.units import SECOND, parse_decimal

_MONEY = ("max_order_value", "max_total_notional")  # In the valuation currency.
_COUNTS = ("max_orders", "price_collar_bps")
_SECONDS = ("max_price_age", "max_signal_age", "order_window")
_OF_SYMBOLS = ("max_order_quantity", "max_long", "max_short")  # NAME:SYMBOL, in base currency.


def limits_from(texts: Mapping[str, str], defaults: Limits, instruments: Sequence[Instrument], decimals: int) -> Limits:
    """The defaults, changed as the texts say; "none" lifts a limit.

    Raises:
        ValueError: an unknown limit or symbol, or a value that is not a number.
    """
    changes: dict[str, Any] = {}
    quantities = dict(defaults.max_order_quantity)
    positions = dict(defaults.position)
    for key, text in texts.items():
        name, _, symbol = key.partition(":")
        if symbol and name in _OF_SYMBOLS:
            value = _parsed(key, text, _base_scale(key, Symbol(symbol), instruments))
            if name == "max_order_quantity":
                quantities[Symbol(symbol)] = value if value is not None else (1 << 63) - 1
            else:
                positions[Symbol(symbol)] = msgspec.structs.replace(positions.get(Symbol(symbol), SymbolLimits()), **{name: value})
        elif name in _MONEY and not symbol:
            changes[name] = _parsed(key, text, 10**decimals)
        elif name in _COUNTS and not symbol:
            changes[name] = _parsed(key, text, 1)
        elif name in _SECONDS and not symbol:
            changes[name] = _parsed(key, text, SECOND)
        else:
            allowed = ", ".join((*_MONEY, *_COUNTS, *_SECONDS, *(f"{n}:SYMBOL" for n in _OF_SYMBOLS)))
            raise ValueError(f"no limit {key!r}; there are {allowed}")
    return msgspec.structs.replace(defaults, max_order_quantity=quantities, position=positions, **changes)


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
    known = ", ".join(dict.fromkeys(instrument.symbol for instrument in instruments))
    raise ValueError(f"limit {key}: no such symbol in the data; there are {known}")
