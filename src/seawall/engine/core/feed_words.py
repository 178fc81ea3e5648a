"""Settings of the gate for market data from people's words, said where limits are said: `{"max_lag": "5", "max_jump_bps": "none"}`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from seawall.api.units import SECOND, parse_decimal
from seawall.engine.core.feed import FeedSettings

SECONDS = ("max_lag", "max_lead")
FIGURES = ("max_jump_bps", "confirmations")
SWITCHES = ("in_order",)  # 1 or none.
FEED = (*SECONDS, *FIGURES, *SWITCHES)
LARGER_IS_STRICTER = ("confirmations",)


def feed_from(texts: Mapping[str, str], defaults: FeedSettings) -> FeedSettings:
    """The defaults, changed as far as the texts speak of the gate; "none" switches a look off.

    Raises:
        ValueError: a value that is not a number, or makes no sense.
    """
    changes: dict[str, Any] = {key: _value(key, text.lower()) for key, text in texts.items() if key in FEED}
    return msgspec.structs.replace(defaults, **changes)


def _value(key: str, text: str) -> int | None:
    if key in SWITCHES and text not in ("1", "none"):
        raise ValueError(f"limit {key}: 1 or none, got {text}")
    if text == "none":
        if key == "confirmations":
            raise ValueError("limit confirmations: a number from 1; max_jump_bps=none switches the look at prices off")
        return False if key in SWITCHES else None
    try:
        value = parse_decimal(text, 1, SECOND if key in SECONDS else 1)
    except ValueError as error:
        raise ValueError(f"limit {key}: {error}") from None
    if value < (key == "confirmations"):
        raise ValueError(f"limit {key}: {text} is too small")
    return bool(value) if key in SWITCHES else value
