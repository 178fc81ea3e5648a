"""What disturbs the links of a world: cuts, and faults: which messages each picks, and what then travels. What each does: faults/."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from seawall.api.control import HealPartition, InjectFault, Partition, RemoveFault
from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.runtime.rng import Rng
from seawall.sim.faults import make_fault
from seawall.sim.faults.fault import Fault, Passage
from seawall.sim.faults.selection import Selection
from seawall.sim.network import Link
from seawall.sim.node import Node
from seawall.sim.routes import Routes


class Working:
    """A fault on its link."""

    __slots__ = ("fault", "link", "selection", "source")

    def __init__(self, source: Node, link: Link, selection: Selection, fault: Fault) -> None:
        self.source = source
        self.link = link
        self.selection = selection
        self.fault = fault

    def act(self, passage: Passage, now: Nanos) -> tuple[Passage, ...]:
        """An answer goes its way unharmed."""
        message, delay_ns, back = passage
        if back or not self.selection.picks(message):
            return (passage,)
        return tuple([Passage(after.message, delay_ns + after.delay_ns, after.back) for after in self.fault.act(message, now)])


class LinkFaults:
    def __init__(self, seed: int, nodes: dict[Address, Node], routes: Routes, push: Callable[[Nanos, Any, Any], None]) -> None:
        self._working: dict[str, Working] = {}
        self._bites: dict[str, int] = {}  # Of those that are off again.
        self._seed, self._nodes, self._routes, self._push = seed, nodes, routes, push

    def check(self, command: Message) -> None:
        """Raises: ValueError: what is wrong with it."""
        if isinstance(command, InjectFault):
            self._made(command)

    def execute(self, command: Message) -> None:
        match command:
            case Partition(source, target):
                self._routes.link(source, target).cut()
            case HealPartition(source, target):
                self._routes.link(source, target).heal()
            case InjectFault(name):
                self._remove(name)
                working = self._working[name] = self._made(command)
                self._show(working.link)
            case RemoveFault(name):
                self._remove(name)

    def bites(self) -> dict[str, int]:
        working = {name: self._bites.get(name, 0) + each.selection.bitten for name, each in self._working.items()}
        return self._bites | working

    def carry(self, link: Link, message: Any, now: Nanos) -> None:
        """Puts on its way what the faults of the link make of a message. The link draws its chances as if there were none."""
        arrivals = link.arrivals(now)
        passages: tuple[Passage, ...] = (Passage(message),)
        for working in link.faults:
            passages = tuple([after for passage in passages for after in working.act(passage, now)])
        for arrival in arrivals:
            for what, delay_ns, back in passages:
                if back:  # As long again, the other way.
                    self._push(Nanos(2 * arrival - now), link.faults[0].source, what)
                else:
                    self._push(Nanos(arrival + delay_ns), link.target, what)

    def _made(self, command: InjectFault) -> Working:
        source, target = self._nodes[command.source], self._nodes[command.target]
        if source.spec.ours and target.spec.ours:
            raise ValueError(f"fault {command.name}: our own services hear each other once and in order; cut their link instead")
        rng = Rng(int.from_bytes(sha256(f"{self._seed} fault {command.name}".encode()).digest()[:8], "big"))
        try:
            selection = Selection(command.on, rng.split())
            fault = make_fault(command, rng, lambda now: target.clock.reading(now))
        except ValueError as error:
            raise ValueError(f"fault {command.name}: {error}") from None
        return Working(source, self._routes.link(command.source, command.target), selection, fault)

    def _remove(self, name: str) -> None:
        """Of two faults with one name the later takes the earlier one's place."""
        working = self._working.pop(name, None)
        if working is not None:
            self._bites[name] = self._bites.get(name, 0) + working.selection.bitten
            self._show(working.link)

    def _show(self, link: Link) -> None:
        link.afflict(tuple([working for working in self._working.values() if working.link is link]))
