"""Messages that come twice, the second time perhaps not quite the same."""

from typing import Any

from seawall.api.control import Duplicate
from seawall.api.units import Nanos
from seawall.sim.faults.changes import Changes
from seawall.sim.faults.fault import Passage


class Doubling:
    def __init__(self, fault: Duplicate, messages: tuple[str, ...]) -> None:
        if fault.latency_ns < 0:
            raise ValueError(f"a copy {fault.latency_ns} ns after the message: it cannot come before it")
        self._latency_ns = fault.latency_ns
        self._changes = Changes(fault.changes, messages)

    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]:
        return Passage(message), Passage(self._changes.made_to(message), self._latency_ns)
