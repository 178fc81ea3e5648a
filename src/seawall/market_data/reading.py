"""Trees of texts, as YAML gives them, to structs: by the types of their fields, with errors that name the place."""

import types
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from seawall.api.units import DAY, HOUR, MICROSECOND, MILLISECOND, MINUTE, PPB, SECOND, Nanos
from seawall.market_data.core.figures import WORTH

_TIMES = {"us": MICROSECOND, "ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_SHARES = {"%": 100, "bps": 10_000, "": 1}
_DIGITS = 30  # More is a mistake, or malice.


class Misread(ValueError):
    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def mapping(tree: Any, where: str) -> Mapping[str, Any]:
    if tree is None or tree == "":
        return {}
    if not isinstance(tree, Mapping):
        raise Misread(f"{_at(where)}expected `key: value` pairs, found {_shown(tree)}")
    return tree


def entries(tree: Any, where: str) -> Iterable[tuple[str, Any]]:
    return mapping(tree, where).items()


def listed(tree: Any, where: str) -> Sequence[Any]:
    if tree is None or tree == "":
        return []
    if not isinstance(tree, list):
        raise Misread(f"{_at(where)}expected a list, found {_shown(tree)}", "each entry begins with a dash")
    return tree


def only(tree: Mapping[str, Any], allowed: Sequence[str], where: str) -> None:
    for key in tree:
        if key not in allowed:
            close = get_close_matches(str(key), allowed, n=1)
            raise Misread(
                f"{_at(where)}there is no {key!r}" + (f"; did you mean {close[0]}?" if close else ""), f"allowed: {_list(allowed)}"
            )


def read(tree: Any, hint: Any, where: str) -> Any:
    """`hint`: what it is to be, as a field is annotated."""
    if hint is Nanos:
        return _time(_text(tree, where), where)
    if get_origin(hint) is Annotated:
        return _figure(_text(tree, where), get_args(hint)[1], where)
    if get_origin(hint) is tuple:
        element = get_args(hint)[0]
        found = [tree] if isinstance(tree, str) and tree and _is_text(element) else listed(tree, where)
        return tuple(read(one, element, f"{where}, {number}") for number, one in enumerate(found, 1))
    if isinstance(hint, types.UnionType):
        return _one_of(mapping(tree, where), get_args(hint), where)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _struct(mapping(tree, where), hint, where)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        text = _text(tree, where)
        if text not in list(hint):
            raise Misread(f"{_at(where)}{text!r} is none of {_list(hint)}")
        return hint(text)
    return _whole(_text(tree, where), where) if hint is int else _text(tree, where)


def _is_text(hint: Any) -> bool:
    return hint is str or getattr(hint, "__supertype__", None) is str


def _struct(tree: Mapping[str, Any], kind: type[msgspec.Struct], where: str) -> Any:
    hints = get_type_hints(kind, include_extras=True)
    fields = msgspec.structs.fields(kind)
    only(tree, [field.name for field in fields], where)
    for field in fields:
        if field.required and field.name not in tree:
            raise Misread(f"{_at(where)}{field.name} is missing")
    return kind(**{key: read(value, hints[key], f"{where}, {key}") for key, value in tree.items()})


def _one_of(tree: Mapping[str, Any], kinds: Sequence[type[msgspec.Struct]], where: str) -> Any:
    tags = {str(kind.__struct_config__.tag): kind for kind in kinds}
    name = tree.get("kind", "")
    if name not in tags:
        close = get_close_matches(str(name), tags, n=1)
        said = f"there is no kind {name!r}" + (f"; did you mean {close[0]}?" if close else "") if name else "kind is missing"
        raise Misread(f"{_at(where)}{said}", f"kinds: {_list(tags)}")
    return _struct({key: value for key, value in tree.items() if key != "kind"}, tags[name], f"{where} ({name})")


def _time(text: str, where: str) -> Nanos:
    """`250ms`, `36 h`, `1h 30m`."""
    total, rest = Decimal(0), text.replace(" ", "")
    while rest:
        number = rest[: _leading(rest, "0123456789._")]
        unit = rest[len(number) :][: _leading(rest[len(number) :], "abcdefghijklmnopqrstuvwxyzµ")]
        if unit not in _TIMES or not number:
            raise Misread(f"{_at(where)}{text!r} is not a time", f"a number and a unit ({_list(_TIMES)}), like 30s, 36h or 1h 30m")
        total += _decimal(number, text, where) * _TIMES[unit]
        rest = rest[len(number) + len(unit) :]
    if not text:
        raise Misread(f"{_at(where)}a time is missing", "for example 30s")
    return Nanos(int(total))


def _leading(text: str, of: str) -> int:
    return next((number for number, char in enumerate(text) if char not in of), len(text))


def _figure(text: str, meaning: str, where: str) -> int:
    if meaning == "amount":
        return int(_decimal(text, text, where) * WORTH)
    number, unit = text.strip(), ""
    for suffix in ("%", "bps"):
        if number.endswith(suffix):
            number, unit = number.removesuffix(suffix).strip(), suffix
    return int(_decimal(number, text, where) * PPB / _SHARES[unit])


def _decimal(number: str, text: str, where: str) -> Decimal:
    try:
        value = Decimal(number.replace(",", ""))
    except InvalidOperation:
        raise Misread(f"{_at(where)}{text!r} is not a figure", "for example 15 %, 30 bps or 0.15") from None
    if not value.is_finite() or len(number) > _DIGITS or abs(value.adjusted()) > _DIGITS:
        raise Misread(f"{_at(where)}{text!r} is beyond reason")
    return value


def _whole(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise Misread(f"{_at(where)}{text!r} is not a whole number") from None


def _text(tree: Any, where: str) -> str:
    if not isinstance(tree, str):
        raise Misread(f"{_at(where)}expected one value, found {_shown(tree)}")
    return tree


def _shown(tree: Any) -> str:
    return "a list" if isinstance(tree, list) else "`key: value` pairs" if isinstance(tree, Mapping) else repr(tree)


def _at(where: str) -> str:
    return f"{where}: " if where else ""


def _list(names: Iterable[Any]) -> str:
    return ", ".join(map(str, names))
