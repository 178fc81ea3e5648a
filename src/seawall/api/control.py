"""The fault vocabulary. Private: only the coordinator, audit and the hosts may import it; services never know that they are tested."""

import msgspec

from seawall.api.message import Address, Message


class Partition(Message, frozen=True):
    """Nothing that `source` sends reaches `target`. One way; cut both directions for a full partition."""

    source: Address
    target: Address


class HealPartition(Message, frozen=True):
    source: Address
    target: Address


class CrashMachine(Message, frozen=True):
    """The process dies: memory is lost, and what the disk had not synced (`torn_bytes` of it may survive, broken)."""

    machine: Address
    torn_bytes: int = 0


class RestartMachine(Message, frozen=True):
    machine: Address


class SetClock(Message, frozen=True):
    """The machine's own clock now reads true time plus `offset_ns`, and runs fast by `drift_ppb` since the world began."""

    machine: Address
    offset_ns: int
    drift_ppb: int = 0


class Selector(msgspec.Struct, frozen=True, array_like=True):
    """Which messages of a link a fault concerns. What is left at its default does not choose."""

    messages: tuple[str, ...] = ()  # The names of their types.
    fields: dict[str, str | int | bool] = {}  # What their fields say: {"instrument": "alpha:BTC-USDT"}.
    nth: int = 0  # Only this one of those that match, counted from 1.
    first_n: int = 0  # Only so many of them.
    toxicity_ppm: int = 1_000_000  # How many of those, by chance.


class Drop(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """It never arrives."""


class Latency(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """It arrives so much later than it would have, give or take `jitter_ns`. Others may overtake it, on an ordered link too."""

    latency_ns: int
    jitter_ns: int = 0


class Duplicate(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """It arrives, and so much later a copy, in which some fields may say something else."""

    latency_ns: int = 0
    changes: dict[str, str | int | bool] = {}


class Rewrite(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Some of its fields arrive saying something else. What the sender did stays as it was."""

    changes: dict[str, str | int | bool]


class Answer(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """It never arrives, and its sender gets this answer: fields of the same name are the request's, `event_time` is the time there."""

    message: str  # The name of its type.
    fields: dict[str, str | int | bool] = {}


class Bandwidth(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """So many arrive in a second. Others wait in a queue, and what finds that full is lost."""

    rate: int
    queue: int


LinkFault = Drop | Latency | Duplicate | Rewrite | Answer | Bandwidth


class InjectFault(Message, frozen=True):
    """From now on the fault acts on what `source` sends to `target`. Faults of one link act in the order in which they came."""

    name: str
    source: Address
    target: Address
    fault: LinkFault
    on: Selector = Selector()


class RemoveFault(Message, frozen=True):
    """What it holds back still arrives."""

    name: str


class MachineStopped(Message, frozen=True):
    """A fact: the machine raised `error` while it handled the entry `sequence`, a bug. It stays down when it did so again in recovery."""

    machine: Address
    sequence: int
    error: str
    stays_down: bool


class MachineRecovered(Message, frozen=True):
    """A fact: the machine runs again from its disk, which had survived up to the entry `through`. What came after is lost."""

    machine: Address
    epoch: int
    through: int


class RecoveryFailed(Message, frozen=True):
    """A fact: the machine stays down, because what its disk holds is damaged."""

    machine: Address
    damage: str
