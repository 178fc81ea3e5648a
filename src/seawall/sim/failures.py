"""How a run can end badly. All of them name what a person needs to look for the cause.

RunFailed
  InvariantViolated   something that must always hold does not
  Runaway             the run would not end
  Unrepeatable        a recovered machine does not say again what it had said
"""

from seawall.api.message import Address, Message
from seawall.api.units import Nanos


class RunFailed(Exception):
    """The run stops where it stands; its journal is complete up to here."""


class InvariantViolated(RunFailed):
    def __init__(self, name: str, details: str, sequence: int, time: Nanos, seed: int) -> None:
        super().__init__(f"invariant {name} violated after entry {sequence} at {time} (seed {seed}): {details}")
        self.name = name
        self.details = details
        self.sequence = sequence
        self.time = time
        self.seed = seed


class Runaway(RunFailed):
    pass


class Unrepeatable(RunFailed):
    """It is not deterministic: a strategy, for one, that uses a clock or a generator of its own."""


class MachineFailure:
    """A machine raised an exception: a bug. `stays_down`: it did so while it recovered, where another recovery would meet it again."""

    def __init__(self, machine: Address, sequence: int, message: Message, error: Exception, *, stays_down: bool) -> None:
        self.machine = machine
        self.sequence = sequence
        self.message = message
        self.error = error
        self.stays_down = stays_down

    def __str__(self) -> str:
        outcome = " in recovery, and stays down" if self.stays_down else ""
        return f"{self.machine} raised {type(self.error).__name__}({self.error}) at entry {self.sequence}, {self.message}{outcome}"
