"""Messages that arrive late."""

from typing import Any

from seawall.api.control import Latency
from seawall.api.units import Nanos
from seawall.runtime.rng import Rng
from seawall.sim.faults.fault import Passage


class Delaying:
    def __init__(self, fault: Latency, rng: Rng) -> None:
        if not 0 <= fault.jitter_ns <= fault.latency_ns:
            raise ValueError(f"{fault}: neither is negative, and the jitter is no more than the latency")
        self._low, self._high = fault.latency_ns - fault.jitter_ns, fault.latency_ns + fault.jitter_ns
        self._rng = rng

    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]:
        return (Passage(message, self._rng.between(self._low, self._high)),)
