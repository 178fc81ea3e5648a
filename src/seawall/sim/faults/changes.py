"""Fields of messages as people name them: looked up when a fault is injected, so that a misspelt one is refused then."""

from collections.abc import Mapping
from typing import Any

import msgspec

from seawall.runtime.codec import MESSAGES

_TYPES: dict[str, Any] = {message.__name__: message for message in MESSAGES}


def message_type(name: str) -> Any:
    if name not in _TYPES:
        raise ValueError(f"no message is called {name!r}; messages are the classes of api/, such as OrderFilled")
    return _TYPES[name]


class Changes:
    """What some fields are to say, for each type of message that it may be asked of."""

    def __init__(self, changes: Mapping[str, Any], messages: tuple[str, ...]) -> None:
        if changes and not messages:
            raise ValueError(f"to change {', '.join(changes)} takes a selector that names the messages")
        self._of = {message_type(name): _typed(message_type(name), changes) for name in messages}

    def of(self, kind: type[Any]) -> dict[str, Any]:
        return self._of.get(kind, {})

    def made_to(self, message: Any) -> Any:
        changes = self._of.get(type(message))
        return msgspec.structs.replace(message, **changes) if changes else message


def _typed(kind: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.name: field.type for field in msgspec.structs.fields(kind)}
    unknown = [name for name in changes if name not in fields]
    if unknown:
        raise ValueError(f"{kind.__name__} has no {', '.join(unknown)}; it has {', '.join(fields)}")
    try:
        return {name: msgspec.convert(value, fields[name]) for name, value in changes.items()}
    except msgspec.ValidationError as error:
        raise ValueError(f"{kind.__name__}: {error}") from None
