"""The simulated world: machines, virtual time, a faulty network, disks, and a journal of all of it.

One heap ordered by (time, order): nothing else decides what happens next. Within one instant: a restarted machine's first word, then
messages in the order they were sent, then Ticks in the order the machines stand in the world.
"""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any

from seawall.api.control import (
    CrashMachine,
    HealPartition,
    MachineRecovered,
    MachineStopped,
    Partition,
    RecoveryFailed,
    RestartMachine,
    SetClock,
)
from seawall.api.message import Address, Envelope, Message, Restarted, Tick
from seawall.api.units import Nanos
from seawall.audit.core.invariants.invariant import Invariant, Watcher
from seawall.runtime.codec import encode
from seawall.runtime.journal import Stamp
from seawall.runtime.machine import Machine, snapshot
from seawall.sim.channels import Origin
from seawall.sim.clock import Clock
from seawall.sim.commands import check, find
from seawall.sim.failures import InvariantViolated, MachineFailure, Runaway
from seawall.sim.internal import WAKE, Began, Stop, Synced
from seawall.sim.link_faults import LinkFaults
from seawall.sim.network import PERFECT, LinkSpec
from seawall.sim.node import Held, Node, NodeSpec, Outside, Stumbled
from seawall.sim.observers import watchers
from seawall.sim.post import FRAMES, Post
from seawall.sim.recorder import Recorder, Sink, state_digest
from seawall.sim.routes import Routes
from seawall.sim.vocabulary import WORLD, decode_entry

EPOCH = Nanos(0)
TICK = Tick()

_TICKS = 1 << 62  # Orders: a restart's first word below 0, messages from 0, Ticks from here, the end of a run last.
_LAST = 1 << 63
_BATCH = 4096  # Deliveries between two looks at everything that need not be looked at on every delivery.
_INSTANT_LIMIT = 1_000_000


class World:
    """`nodes` in the order that decides Ticks of one instant. `links` by (source, target); all others are `default_link`."""

    def __init__(
        self,
        nodes: Sequence[NodeSpec],
        links: Mapping[tuple[Address, Address], LinkSpec] | None = None,
        *,
        seed: int,
        start: Nanos = EPOCH,
        default_link: LinkSpec = PERFECT,
        invariants: Sequence[Invariant] = (),
        snapshot_every: int = 20_000,
    ) -> None:
        self.seed = seed
        self.start = start
        self.now = start
        self.sequence = 0  # Of the last entry.
        self.failures: list[MachineFailure] = []
        self.progress: Callable[[World], bool] | None = None  # Called every few thousand deliveries; True stops the run.
        self._snapshot_every = snapshot_every
        self._queue: list[tuple[Nanos, int, Any, Any]] = []
        self._next_order = count(0).__next__
        self._next_first = count(-_TICKS).__next__
        self._recorder = Recorder()
        self.record_every = 0
        self._next_record = 0
        self._sent, self._delivered = watchers(invariants)
        self._restarted = self._delivered.pop(Restarted, [])  # Shown at the recovery, whether the machine listens or not.
        self._outside = {WORLD: Outside(WORLD, self._execute)}
        self._nowhere = Outside(Address(""), lambda message, now: None)  # Where the ends of runs go that were stopped before.
        self.nodes: dict[Address, Node] = {}
        for spec in nodes:
            node = Node(len(self.nodes), spec.build(), spec, start, decode_entry)
            assert node.address not in self.nodes, f"two machines are called {node.address}"
            self.nodes[node.address] = node
        self._routes = Routes(seed, self.nodes, self._outside, links or {}, default_link)
        self._post = Post(self.nodes, self._routes, self._push)
        self._link_faults = LinkFaults(seed, self.nodes, self._routes, self._push)
        for node in self.nodes.values():
            self._wake(node)

    # What tests, scenarios and commands use.

    @property
    def machines(self) -> dict[Address, Machine]:
        """Those that are up."""
        return {address: node.machine for address, node in self.nodes.items() if node.machine is not None}

    def run_for(self, ns: int, budget: int | None = None) -> bool:
        return self.run(Nanos(self.now + ns), budget)

    def send(self, to: Address, message: Message, at: Nanos | None = None) -> None:
        """An operator's word to one machine: it arrives at `at`, by default now, on no link. A machine that is down then never
        hears it: what must be heard is sent again, or after `restart`."""
        self._push(self.now if at is None else at, find(self.nodes, to), message)

    def schedule(self, at: Nanos, command: Message) -> None:
        """Has a command of api/control.py carried out at `at`."""
        self._check(command)
        self._push(at, self._outside[WORLD], command)

    def partition(self, source: Address, target: Address) -> None:
        self._at_once(Partition(source, target))

    def heal(self, source: Address, target: Address) -> None:
        self._at_once(HealPartition(source, target))

    def crash(self, machine: Address, torn_bytes: int = 0) -> None:
        self._at_once(CrashMachine(machine, torn_bytes))

    def restart(self, machine: Address) -> None:
        self._at_once(RestartMachine(machine))

    def listen(self, address: Address, receive: Callable[[Any, Nanos], None]) -> None:
        """Hands what machines send to `address`, where no machine lives, to a host; the journal does not hold it."""
        assert self.sequence == 0, "listen before the first run"
        assert address not in self.nodes and address not in self._outside, f"{address} is taken"
        self._outside[address] = Outside(address, receive)

    def record_to(self, sink: Sink, stamp: Stamp, snapshot_every: int = 25_000) -> None:
        """Keeps the journal in `sink`, and all states every so many entries. Call it before the first run."""
        assert self.sequence == 0, "a recording begins with the first entry"
        self._recorder = Recorder(sink, stamp)
        self.record_every = self._next_record = snapshot_every

    def bites(self) -> dict[str, int]:
        """How often each link fault that was injected has acted."""
        return self._link_faults.bites()

    def states(self) -> dict[Address, bytes]:
        return {address: snapshot(machine) for address, machine in self.machines.items()}

    def state_digest(self) -> str:
        return state_digest(self.states().items())

    def digest(self) -> str:
        """Of every entry so far and of all states: equal seeds give equal digests."""
        self._flush()
        return self._recorder.digest(self.states().items())

    # The loop.

    def run(self, until: Nanos, budget: int | None = None) -> bool:
        """Runs up to and including `until`. False: `progress` asked to stop before.

        Raises: RunFailed: an invariant is violated, a few thousand deliveries more than `budget`, or time stands still.
        """
        assert until >= self.now, f"the past cannot be run: it is {self.now}"
        stop = Stop()
        heappush(self._queue, (until, _LAST + self._next_order(), self._nowhere, stop))
        end = self.sequence + budget if budget is not None else None
        batch = range(min(_BATCH, self._snapshot_every))
        stuck = 0
        try:
            while True:
                before = self.now
                if self._deliver(batch, stop):
                    self.now = until
                    return True
                stuck = stuck + len(batch) if self.now == before else 0
                if stuck > _INSTANT_LIMIT:
                    raise Runaway(f"more than {_INSTANT_LIMIT} deliveries at the instant {self.now} (seed {self.seed}): {self._next_up()}")
                if end is not None and self.sequence > end:
                    raise Runaway(f"the budget of {budget} deliveries was spent at {self.now}, before {until} (seed {self.seed})")
                self._flush()
                if self.progress is not None and self.progress(self):
                    return False
        finally:
            self._flush()

    def _deliver(self, batch: range, stop: Stop) -> bool:
        """Delivers what comes next, at most as often as `batch` says. True: met `stop`.

        The hot loop of this host (benchmarks/bench_sim.py guards it): everything a delivery needs is spelled out here or looked up
        once, and whatever is rare is behind one test that the ordinary message fails.
        """
        queue = self._queue
        delivered = self._delivered
        record = self._recorder.record
        internal, observe, send, wake = self._internal, self._observe, self._send, self._wake
        sequence = self.sequence
        for _ in batch:
            at, _order, node, message = heappop(queue)
            handler = node.handlers.get(message.__class__)
            origin: Origin = ()
            if handler is None:
                if message is stop:
                    return True
                self.now = at
                message, origin = internal(node, message)
                sequence = self.sequence  # Commands leave entries too.
                handler = node.handlers.get(message.__class__)
                if handler is None:
                    continue
            self.now = now = at
            self.sequence = sequence = sequence + 1
            payload = encode((sequence, now, node.address, message) + origin)  # noqa: RUF005 - unpacking is slower.
            record(payload)
            if not node.clock.exact:
                now = node.clock.reading(now)
                payload = encode((sequence, now, node.address, message) + origin)  # noqa: RUF005
            node.write(payload)
            try:
                envelopes = handler(message, now)
            except Exception as error:  # A bug of the machine must not end the world: that is what the world is here to show.
                self._fail(node, message, error)
                sequence = self.sequence
                continue
            if node.fsync_ns:
                self._hold(node, message, envelopes, origin)
            else:
                curious = delivered.get(message.__class__)
                if curious is not None:
                    observe(curious, node.address, message)
                if envelopes:
                    send(node, envelopes)
            wanted = node.deadline()
            if wanted is not None and wanted < node.wake_at:
                wake(node)
        return False

    def _send(self, node: Node, envelopes: list[Envelope]) -> None:
        """Lets envelopes leave a machine: observers first, then the links."""
        now, queue, next_order, sent, routes, peers = self.now, self._queue, self._next_order, self._sent, node.routes, node.peers
        for envelope in envelopes:
            message, target = envelope.message, envelope.target
            kind = message.__class__
            for name, watcher in sent.get(kind, ()):
                details = watcher(node.address, message, now)
                if details is not None:
                    raise self._violated(name, details)
            if target in peers:
                self._post.send(node, envelope, now)
                continue
            try:
                links = routes[kind][target]
            except KeyError:
                links = routes.setdefault(kind, {})[target] = self._routes.find(node, kind, target)
            for link in links:
                if link.quiet_ns >= 0:
                    heappush(queue, (now + link.quiet_ns, next_order(), link.target, message))  # type: ignore[misc]
                elif link.faults:
                    self._link_faults.carry(link, message, now)
                else:
                    for arrival in link.arrivals(now):
                        heappush(queue, (arrival, next_order(), link.target, message))

    def _internal(self, node: Any, message: Any) -> tuple[Message | None, Origin]:
        """What is not simply a message for a machine that is up: the world's own business. Returns what the machine is to be given."""
        if node.__class__ is Outside:
            node.receive(message, self.now)
        elif node.machine is None:
            pass  # Lost: nobody listens.
        elif message is WAKE:
            if node.is_due(self.now):
                return TICK, ()
            self._wake(node)  # Perhaps it wants one later.
        elif isinstance(message, FRAMES):
            return self._post.receive(node, message, self.now)
        elif isinstance(message, Synced) and message.epoch == node.disk.epoch:
            self._release(node)
        elif isinstance(message, Began) and message.epoch == node.disk.epoch:
            return Restarted(message.epoch), ()
        return None, ()

    def _wake(self, node: Node) -> None:
        """Schedules a Tick for the machine's deadline, unless an earlier one is scheduled, which then looks again."""
        wanted = node.deadline()
        if wanted is not None and wanted < node.wake_at:
            node.wake_at = wanted
            node.wake_true = max(self.now, node.clock.true_time(wanted))
            heappush(self._queue, (node.wake_true, _TICKS + node.index, node, WAKE))

    def _hold(self, node: Node, message: Message, envelopes: list[Envelope], origin: Origin) -> None:
        node.held.append(Held(self.sequence, message, envelopes, origin))
        if not node.syncing:
            self._sync(node)

    def _sync(self, node: Node) -> None:
        node.syncing = len(node.held)
        self._push(Nanos(self.now + node.fsync_ns), node, Synced(node.disk.epoch))

    def _release(self, node: Node) -> None:
        """A sync is done: what it covered has happened, and its outputs leave. What came meanwhile goes into the next one."""
        covered, node.syncing = node.syncing, 0
        node.disk.commit(covered)
        for _ in range(covered):
            held = node.held.popleft()
            self._observe(self._delivered.get(held.message.__class__, ()), node.address, held.message)
            self._send(node, held.envelopes)
        if node.held:
            self._sync(node)

    # Commands, crashes and recoveries.

    def _execute(self, command: Any, now: Nanos) -> None:
        self._note(command)
        match command:
            case CrashMachine(machine, torn_bytes):
                if self.nodes[machine].machine is not None:
                    self.nodes[machine].end(torn_bytes)
            case RestartMachine(machine):
                if self.nodes[machine].machine is None:
                    self._recover(self.nodes[machine])
            case SetClock(machine, offset_ns, drift_ppb):
                node = self.nodes[machine]
                node.clock = Clock(self.start, offset_ns, drift_ppb)
                node.forget_wake()
                self._push(self.now, node, TICK)  # A host notices that the clock was set.
            case _:
                self._link_faults.execute(command)

    def _fail(self, node: Node, message: Message, error: Exception) -> None:
        """A machine raised: its process ends, and comes back from the disk, which an ending process does not harm."""
        sequence = self.sequence
        self.failures.append(MachineFailure(node.address, sequence, message, error, stays_down=False))
        self._note(MachineStopped(node.address, sequence, type(error).__name__, False))
        node.disk.commit_all()
        node.end(torn_bytes=0)
        node.unobserved_from = min(node.unobserved_from, sequence)
        self._recover(node)

    def _recover(self, node: Node) -> None:
        recovery = node.disk.recover()
        if recovery.lost is not None:
            self._note(RecoveryFailed(node.address, str(recovery.lost)))
            return
        try:
            unobserved = node.recover(recovery)
        except Stumbled as again:
            entry, error = again.entry, again.error
            self.failures.append(MachineFailure(node.address, entry.sequence, entry.message, error, stays_down=True))
            self._note(MachineStopped(node.address, entry.sequence, type(error).__name__, True))
            return
        node.snapshot(self.now)
        self._note(MachineRecovered(node.address, node.disk.epoch, recovery.through))
        for message, said in unobserved:
            self._observe(self._delivered.get(message.__class__, ()), node.address, message)
            for envelope in said:
                if envelope.target in node.peers:  # It leaves yet. Whatever else the machine said is lost.
                    self._observe(self._sent.get(envelope.message.__class__, ()), node.address, envelope.message)
        self._observe(self._restarted, node.address, Restarted(node.disk.epoch))
        self._post.ask(node, self.now)
        heappush(self._queue, (self.now, self._next_first(), node, Began(node.disk.epoch)))
        self._wake(node)

    def _at_once(self, command: Message) -> None:
        self._check(command)
        self._execute(command, self.now)

    def _check(self, command: Message) -> None:
        check(command, self.nodes)
        self._link_faults.check(command)

    # Small parts.

    def _push(self, at: Nanos, target: Node | Outside, message: Any) -> None:
        assert at >= self.now, f"{at} is in the past: it is {self.now}"
        heappush(self._queue, (at, self._next_order(), target, message))

    def _note(self, message: Message) -> None:
        """An entry about the world itself."""
        self.sequence += 1
        self._recorder.record(encode((self.sequence, self.now, WORLD, message)))

    def _observe(self, watchers: Sequence[tuple[str, Watcher]], machine: Address, message: Message) -> None:
        for name, watcher in watchers:
            details = watcher(machine, message, self.now)
            if details is not None:
                raise self._violated(name, details)

    def _violated(self, name: str, details: str) -> InvariantViolated:
        return InvariantViolated(name, details, self.sequence, self.now, self.seed)

    def _flush(self) -> None:
        self._recorder.flush(self.sequence)
        for node in self.nodes.values():
            if node.machine is not None and node.disk.entries_since_snapshot >= self._snapshot_every:
                node.snapshot(self.now)
        if self.record_every and self.sequence >= self._next_record:
            self._next_record = self.sequence + self.record_every
            self._recorder.snapshot(self.now, self.states())

    def _next_up(self) -> str:
        at, _, node, message = self._queue[0]
        return f"next is {type(message).__name__} for {node.address} at {at}"
