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
