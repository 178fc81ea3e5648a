"""What every part of the engine is."""

from typing import TYPE_CHECKING, Protocol

from seawall.api.message import Message
from seawall.runtime.machine import Handler

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Part(Protocol):
    handlers: dict[type[Message], Handler]

    def attach(self, engine: "Engine") -> None:
        """Takes the engine's present objects as its own."""
