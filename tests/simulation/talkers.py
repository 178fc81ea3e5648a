"""Services of one house that say things to each other, and how to read from a journal what was said and what was given."""

import msgspec

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.market_data import Traded
from seawall.api.message import PUBLIC, Address, Envelope, Message, Tick
from seawall.api.orders import AccountId, Side, TradeId
from seawall.api.units import Nanos, Price, Quantity
from seawall.runtime.machine import Handler, handle
from seawall.runtime.rng import Rng
from seawall.sim.replay import lost_entries
from tests.simulation.worlds import Recorded

ONE, TWO, THREE = Address("one"), Address("two"), Address("three")
TALKERS = (ONE, TWO, THREE)


class TalkerState(msgspec.Struct):
    rng: Rng
    next_word: int
    said: int = 0
    heard: list[tuple[Address, int]] = []  # What its callbacks were called with, in order.


class Talker:
    """Says something to somebody now and then, answers every other word, and calls prices that nobody repeats. Falls silent at the end."""

    def __init__(self, address: Address, until: int, period_ns: int = 1_000) -> None:
        self.address = address
        self.until = until
        self.period_ns = period_ns
        self.state = TalkerState(Rng(TALKERS.index(address)), period_ns)
        self.handlers: dict[type[Message], Handler] = {
            Tick: self._speak,
            Heartbeat: self._answer,
            HeartbeatAnswered: self._listen,
            Traded: lambda message, now: [],
        }

    def restore(self, state: TalkerState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return Nanos(self.state.next_word) if self.state.next_word < self.until else None

    def _speak(self, message: Tick, now: Nanos) -> list[Envelope]:
        state = self.state
        state.next_word = now + 1 + state.rng.below(2 * self.period_ns)
        others = [address for address in TALKERS if address != self.address]
        targets = others if state.rng.below(4) == 0 else [others[state.rng.below(2)]]
        price = Traded("toy:A-B", TradeId(now), Price(1), Quantity(1), Side.BUY, now)
        return [*(Envelope(target, Heartbeat(AccountId(self.address), self._count())) for target in targets), Envelope(PUBLIC, price)]

    def _answer(self, word: Heartbeat, now: Nanos) -> list[Envelope]:
        self.state.heard.append((Address(word.account), word.request_id))
        if word.request_id % 2:
            return []
        return [Envelope(Address(word.account), HeartbeatAnswered(AccountId(self.address), self._count(), now))]

    def _listen(self, answer: HeartbeatAnswered, now: Nanos) -> list[Envelope]:
        self.state.heard.append((Address(answer.account), answer.request_id))
        return []

    def _count(self) -> int:
        self.state.said += 1
        return self.state.said


Given = dict[tuple[Address, Address], list[Message]]  # By sender and receiver.


def said_and_given(recorded: Recorded, addresses: tuple[Address, ...]) -> tuple[Given, Given]:
    """What some machines said to each other, as their surviving journals have them say it again, and what they were given of it."""
    nodes, lost = recorded.world.nodes, lost_entries(recorded.sealed())
    machines = {address: nodes[address].spec.build() for address in addresses}
    said: Given = {}
    given: Given = {}
    for entry in recorded.entries():
        target = entry.target
        if target not in machines or any(first <= entry.sequence <= last for first, last in lost.get(target, [])):
            continue
        if entry.source:
            given.setdefault((entry.source, target), []).append(entry.message)
            assert entry.number == len(given[entry.source, target]), "numbers have no gaps"
        for envelope in handle(machines[target], entry.message, nodes[target].clock.reading(entry.now)):
            if envelope.target in machines and type(envelope.message) in nodes[envelope.target].accepts:
                said.setdefault((target, envelope.target), []).append(envelope.message)
    return said, given
