"""A slow receiver: what comes too fast waits, and what finds the queue full is lost."""

from typing import Any

from seawall.api.control import Bandwidth
from seawall.api.units import SECOND, Nanos
from seawall.sim.faults.fault import Passage


class Queueing:
    def __init__(self, fault: Bandwidth) -> None:
        if fault.rate <= 0 or fault.queue < 0:
            raise ValueError(f"{fault.rate} messages a second with a queue of {fault.queue}: some must pass, and a queue is not negative")
        self._each_ns = SECOND // fault.rate
        self._queue = fault.queue
        self._free_at = 0

    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]:
        start = max(self._free_at, now)
        if start - now > self._queue * self._each_ns:
            return ()
        self._free_at = start + self._each_ns
        return (Passage(message, self._free_at - now),)
