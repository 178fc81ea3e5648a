"""Any Python value to what a message or a snapshot can hold: text that encodes, integers of 64 bits, plain floats."""

from operator import index
from typing import Any

from seawall.api.signals import Scalar

_NOT_A_NUMBER = float("nan")  # The engine refuses it as malformed.
_LARGEST = 2**63 - 1


def text(value: Any) -> str:
    """As a string; half a surrogate pair, which no encoding can hold, shows as its escape."""
    shown = str(value)
    return shown if shown.isascii() else shown.encode("utf-8", "backslashreplace").decode()


def number(value: Any) -> float:
    """As a float; what is no number, or beyond every float, as NaN."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return _NOT_A_NUMBER


def scalar(value: Any) -> Scalar:
    """A value of the metadata. Numbers of numpy and the like stay numbers, all else becomes text."""
    if value is None or type(value) is bool or type(value) is float:
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return float(value)
    try:
        whole = index(value)
    except TypeError:
        return text(value)
    return whole if -_LARGEST <= whole <= _LARGEST else str(whole)


def unpacked(value: Any) -> Any:
    """For msgspec, about a value it does not know: an array or a number of numpy as lists and plain numbers.

    Raises: TypeError: anything else.
    """
    as_list = getattr(value, "tolist", None)
    if as_list is None:
        raise TypeError(f"{type(value).__name__} is not plain data: use numbers, strings, lists and dicts")
    return as_list()
