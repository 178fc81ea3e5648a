"""What a link fault is: it is shown each message it concerns, and says what goes on instead, and how much later."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from seawall.api.units import Nanos

Reading = Callable[[Nanos], Nanos]  # What the receiver's clock shows at a true time.


class Passage(NamedTuple):
    message: Any
    delay_ns: int = 0  # Beside what the link takes.
    back: bool = False  # To the sender instead of the receiver.


class Fault(Protocol):
    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]: ...
