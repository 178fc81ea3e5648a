"""A machine's place in the world: its process (gone after a crash), its disk and its clock (which stay)."""

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from seawall.api.message import Address, Envelope, Message
from seawall.api.units import Nanos
from seawall.runtime.journal import Entry
from seawall.runtime.machine import Handler, Machine, handle, restore, snapshot
from seawall.sim.channels import CHANNELS, Channels, Origin, Peers
from seawall.sim.clock import Clock
from seawall.sim.disk import Disk, Recovery
from seawall.sim.network import Link

NEVER = Nanos(1 << 63)


class NodeSpec(msgspec.Struct, frozen=True):
    """What to run and on what. `build` makes the machine as it is before its first message, and again after every crash."""

    build: Callable[[], Machine]
    subscribes: tuple[Address, ...] = ()  # Whose public messages it hears, as far as it has handlers for them.
    clock_offset_ns: int = 0
    clock_drift_ppb: int = 0
    fsync_ns: int = 0  # How long the disk takes to make entries durable; outputs wait for it.
    ours: bool = False  # One of our own services: what these say to each other arrives once and in order (channels.py).


class Outside:
    """The receiving end of what goes to no machine: the world's own commands, and addresses that a host listens to."""

    __slots__ = ("address", "handlers", "receive")

    def __init__(self, address: Address, receive: Callable[[Any, Nanos], None]) -> None:
        self.address = address
        self.handlers: dict[type[Message], Handler] = {}
        self.receive = receive


class Held(msgspec.Struct, frozen=True):
    """A handled entry that is not durable yet, and what may leave once it is."""

    sequence: int
    message: Message
    envelopes: list[Envelope]
    origin: Origin


class Stumbled(Exception):
    """A machine that was being recovered raised, as it had done before: another recovery would meet it again."""

    def __init__(self, entry: Entry[Any], error: Exception) -> None:
        self.entry = entry
        self.error = error


class Node:
    __slots__ = (
        "accepts",
        "address",
        "asks",
        "channels",
        "clock",
        "deadline",
        "disk",
        "fsync_ns",
        "handlers",
        "held",
        "index",
        "machine",
        "peers",
        "routes",
        "spec",
        "syncing",
        "unobserved_from",
        "wake_at",
        "wake_true",
        "write",
    )

    def __init__(self, index: int, machine: Machine, spec: NodeSpec, start: Nanos, decode: Callable[[bytes], Entry[Any]]) -> None:
        self.spec = spec
        self.index = index  # Ticks of one instant come in this order.
        self.address = machine.address
        self.accepts = dict.fromkeys(machine.handlers)
        self.clock = Clock(start, spec.clock_offset_ns, spec.clock_drift_ppb)
        self.disk = Disk(decode)
        self.write = self.disk.write
        self.fsync_ns = spec.fsync_ns
        self.routes: dict[type[Message], dict[Address, tuple[Link, ...]]] = {}  # Found so far.
        self.unobserved_from = 0  # After a crash: entries from here on may have survived although nothing of them left.
        self.peers: Peers = {}
        self.begin(machine, Channels(self.address, self.peers))

    def join(self, peers: Peers) -> None:
        """Before the first message: it is one of our own services, and these are all of them."""
        self.peers = peers
        self.channels = Channels(self.address, peers)

    def begin(self, machine: Machine, channels: Channels) -> None:
        """A process starts, from a new machine or a recovered one."""
        self.machine: Machine | None = machine
        self.channels = channels
        self.asks = False  # Whether an Ask is scheduled.
        self.handlers = machine.handlers
        self.deadline: Callable[[], Nanos | None] = machine.deadline
        self.forget_wake()
        self.held: deque[Held] = deque()
        self.syncing = 0  # How many of the held entries the sync under way will make durable.

    def end(self, torn_bytes: int) -> None:
        """The process is gone, and with it everything that was not durable."""
        if not self.fsync_ns:
            self.disk.commit_all()
        self.unobserved_from = self.held[0].sequence if self.held else NEVER
        self.machine = None
        self.handlers = {}
        self.forget_wake()
        self.disk.crash(torn_bytes)

    def forget_wake(self) -> None:
        self.wake_at = NEVER  # The deadline for which a Tick is scheduled, on the machine's clock.
        self.wake_true = NEVER  # When that is.

    def is_due(self, now: Nanos) -> bool:
        """Whether the wake-up of this moment is a Tick: it is not when a later one took its place, or the machine changed its mind."""
        if self.wake_true != now:
            return False
        self.forget_wake()
        wanted = self.deadline()
        return wanted is not None and wanted <= self.clock.reading(now)

    def snapshot(self, now: Nanos) -> None:
        assert self.machine is not None, "a machine that is down has no state"
        if not self.fsync_ns:
            self.disk.commit_all()
        states = {self.address: snapshot(self.machine)}
        if self.peers:
            states[CHANNELS] = self.channels.saved(envelope for held in self.held for envelope in held.envelopes)
        self.disk.snapshot(now, states)

    def recover(self, recovery: Recovery) -> list[tuple[Message, list[Envelope]]]:
        """A process starts from what the disk gave back. Returns what had survived unobserved, and what was said to it.

        Raises: Stumbled.
        """
        machine, states = self.spec.build(), recovery.snapshot.states if recovery.snapshot is not None else {}
        if states:
            restore(machine, states[self.address])
        channels = Channels(self.address, self.peers, states.get(CHANNELS))
        unobserved = []
        for entry in recovery.entries:
            try:
                said = handle(machine, entry.message, entry.now)
            except Exception as error:
                raise Stumbled(entry, error) from error
            channels.replayed(entry, said)
            if entry.sequence >= self.unobserved_from:
                unobserved.append((entry.message, said))
        self.begin(machine, channels)
        return unobserved
