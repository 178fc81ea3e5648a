"""What an invariant is: an outsider that sees every message, keeps its own books from them, and says when something cannot be."""

from collections.abc import Callable
from typing import Any, Protocol

from seawall.api.message import Address, Message
from seawall.api.units import Nanos

Watcher = Callable[[Address, Any, Nanos], str | None]  # (machine, message, true time) -> what is wrong, or None.


class Invariant(Protocol):
    """A message type that no invariant names costs a run nothing.

    sent       the machine sent it, once per message: what links do to it later is not the machine's doing
    delivered  the machine handled it, and the fact is durable
    """

    name: str
    sent: dict[type[Message], Watcher]
    delivered: dict[type[Message], Watcher]
