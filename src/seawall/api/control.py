"""The fault vocabulary. Private: only the coordinator, audit and the hosts may import it; services never know that they are tested."""

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
