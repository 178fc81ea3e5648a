"""Messages that never arrive."""

from typing import Any

from seawall.api.units import Nanos
from seawall.sim.faults.fault import Passage


class Dropping:
    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]:
        return ()
