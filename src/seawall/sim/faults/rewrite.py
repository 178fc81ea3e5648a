"""Messages that say something else when they arrive."""

from typing import Any

from seawall.api.control import Rewrite
from seawall.api.units import Nanos
from seawall.sim.faults.changes import Changes
from seawall.sim.faults.fault import Passage


class Rewriting:
    def __init__(self, fault: Rewrite, messages: tuple[str, ...]) -> None:
        self._changes = Changes(fault.changes, messages)

    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]:
        return (Passage(self._changes.made_to(message)),)
