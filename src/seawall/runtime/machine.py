"""The one idea of this codebase: every service is a deterministic state machine.

Time and messages come in as arguments, envelopes go out as the return value. A machine never reads a clock, draws from the operating
system's randomness, or awaits. `state` holds each fact once; whatever speeds look-ups up is an index, kept outside it and rebuilt by
`rebuild`. No output may depend on an index's layout.
"""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from seawall.api.message import Address, Envelope, Message
from seawall.api.units import Nanos

Handler = Callable[[Any, Nanos], list[Envelope]]


class Machine(Protocol):
    address: Address
    handlers: dict[type[Message], Handler]  # The only way in. A host may look a handler up once per stream.

    @property
    def state(self) -> msgspec.Struct:
        """All of it: a snapshot is this, encoded."""
        ...

    def restore(self, state: Any) -> None:
        """Takes a decoded state as its own and rebuilds the indexes."""
        ...

    def deadline(self) -> Nanos | None:
        """When the machine next wants a Tick, or None. A Tick before it is harmless; when its clock was set, it gets one at once."""
        ...


def handle(machine: Machine, message: Message, now: Nanos) -> list[Envelope]:
    """Delivers one message. A machine without a handler for it ignores it."""
    handler = machine.handlers.get(type(message))
    return handler(message, now) if handler is not None else []


def snapshot(machine: Machine) -> bytes:
    return msgspec.msgpack.encode(machine.state)


def restore(machine: Machine, data: bytes) -> None:
    """Raises: msgspec.DecodeError, msgspec.ValidationError: not a snapshot of this machine."""
    machine.restore(msgspec.msgpack.decode(data, type=type(machine.state)))
