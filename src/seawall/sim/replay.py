"""Replays a world's journal through fresh machines, without network or heap: the entries already say who was given what, and when.

A crash makes entries unhappen: what the machine's disk had not kept is known only at its recovery, so a first look at the journal
collects what was lost, and the replay leaves it out.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from seawall.api.control import CrashMachine, MachineRecovered, MachineStopped, SetClock
from seawall.api.message import Address, Message
from seawall.api.units import Nanos
from seawall.runtime.journal import Entry, Snapshot
from seawall.runtime.machine import Machine, handle, snapshot
from seawall.sim.clock import Clock
from seawall.sim.node import NodeSpec
from seawall.sim.recorder import state_digest
from seawall.sim.vocabulary import WORLD, decode_note

Lost = dict[Address, list[tuple[int, int]]]  # Of each machine: (from, to), both sequences included.


class ReplayDiverged(Exception):
    """Fresh machines do not do what the journal says they did."""


def lost_entries(entries: Iterable[Entry[msgspec.Raw]]) -> Lost:
    """What had reached a machine before it crashed, and was not on its disk when it recovered."""
    lost: Lost = {}
    for entry in entries:
        if entry.target == WORLD:
            note: Message = decode_note(entry.message)
            if isinstance(note, MachineRecovered):
                lost.setdefault(note.machine, []).append((note.through + 1, entry.sequence))
    return lost


class Replay:
    def __init__(self, specs: Sequence[NodeSpec], start: Nanos, lost: Lost) -> None:
        self._start = start
        self._lost = {machine: list(ranges) for machine, ranges in lost.items()}
        self._machines: dict[Address, Machine] = {}
        self._clocks: dict[Address, Clock] = {}
        self._down: dict[Address, bool] = {}
        self._raised: dict[Address, Exception] = {}
        for spec in specs:
            machine = spec.build()
            self._machines[machine.address] = machine
            self._clocks[machine.address] = Clock(start, spec.clock_offset_ns, spec.clock_drift_ppb)

    def apply(self, entry: Entry[Any]) -> None:
        """Raises: ReplayDiverged."""
        if entry.target == WORLD:
            self._note(entry.message)
        elif not self._was_lost(entry.target, entry.sequence):
            try:
                handle(self._machines[entry.target], entry.message, self._clocks[entry.target].reading(entry.now))
            except Exception as error:  # As in the run, if it is the same; then the journal says so next.
                self._raised[entry.target] = error

    def states(self) -> dict[Address, bytes]:
        """Of the machines that are up."""
        return {address: snapshot(machine) for address, machine in self._machines.items() if address not in self._down}

    def digest(self) -> str:
        return state_digest(self.states().items())

    def _note(self, note: Message) -> None:
        match note:
            case CrashMachine(machine):
                self._down[machine] = True
            case MachineStopped(machine, sequence, error, stays_down):
                if machine not in self._raised and not stays_down:
                    raise ReplayDiverged(f"{machine} raised {error} at entry {sequence} in the run, and nothing in the replay")
                self._down[machine] = True
            case MachineRecovered(machine):
                if machine in self._raised:
                    error_now = self._raised[machine]
                    raise ReplayDiverged(
                        f"{machine} got over its error in the run, and raises {type(error_now).__name__}({error_now}) again in the replay"
                    ) from error_now
                self._down.pop(machine, None)
            case SetClock(machine, offset_ns, drift_ppb):
                self._clocks[machine] = Clock(self._start, offset_ns, drift_ppb)

    def check(self, recorded: Snapshot) -> None:
        """Compares with the states that the run recorded after the same entry. Raises: ReplayDiverged."""
        states = self.states()
        for address, state in recorded.states.items():
            if self._was_lost(address, recorded.sequence):
                continue  # The run did not know yet that it would lose the last entries.
            if states.get(address) != state:
                raise ReplayDiverged(f"after entry {recorded.sequence} {address} is not in the state that the run recorded")

    def _was_lost(self, machine: Address, sequence: int) -> bool:
        ranges = self._lost.get(machine, [])
        while ranges and ranges[0][1] < sequence:
            del ranges[0]
        return bool(ranges) and ranges[0][0] <= sequence
