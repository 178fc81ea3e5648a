"""What our own services say to each other: numbered per sender and receiver, kept until it has arrived, handed on once and in order.

Machines know nothing of it, and it needs no journal of its own. What a machine has said follows from replaying it; how much of each
sender it was given, its entries say. Forgotten in a crash is only what comes again: answers, and what waits for its turn. Frames travel on
the ordinary links and may be lost, doubled or late (post.py). Public messages are no part of it: nobody repeats market data.
"""

from collections import deque
from collections.abc import Iterable, Mapping

import msgspec

from seawall.api.message import Address, Envelope, Message
from seawall.runtime.codec import decode_message, encode
from seawall.runtime.journal import Entry
from seawall.sim.failures import Unrepeatable

CHANNELS = Address("channels")  # Beside the machine's state in a snapshot.

Origin = tuple[Address, int] | tuple[()]  # A sender and its number, as the end of an entry. Nothing: it came over no channel.
Peers = Mapping[Address, Mapping[type[Message], object]]  # Those of our own services, and what each has a handler for.


class Numbered(msgspec.Struct, frozen=True):
    """A message between two services. Numbers begin at 1 and have no gaps."""

    source: Address
    number: int
    message: Message


class Asked(msgspec.Struct, frozen=True):
    """How much of what I said is durable with you?"""

    source: Address


class Reached(msgspec.Struct, frozen=True):
    """The answer: everything up to `number`."""

    source: Address
    number: int


Frame = Numbered | Asked | Reached


class _Saved(msgspec.Struct, array_like=True):
    arrived: dict[Address, int]
    kept: dict[Address, list[bytes]]
    given: dict[Address, int]


class Channels:
    """One machine's ends of all its channels."""

    __slots__ = ("_address", "_arrived", "_early", "_given", "_kept", "_peers")

    def __init__(self, address: Address, peers: Peers, saved: bytes | None = None) -> None:
        self._address = address
        self._peers = peers
        self._arrived: dict[Address, int] = {}  # By receiver: how much of it has arrived, as far as we know.
        self._kept: dict[Address, deque[Message]] = {}  # And what comes after that.
        self._given: dict[Address, int] = {}  # By sender: the last number that the machine was given.
        self._early: dict[tuple[Address, int], Numbered] = {}
        if saved is not None:
            state = msgspec.msgpack.decode(saved, type=_Saved)
            self._arrived, self._given = state.arrived, state.given
            self._kept = {target: deque(map(decode_message, kept)) for target, kept in state.kept.items()}

    def saved(self, unsent: Iterable[Envelope]) -> bytes:
        """For a snapshot. `unsent`: what the machine has said and is not sent yet."""
        kept = {target: [encode(message) for message in messages] for target, messages in self._kept.items()}
        for envelope in unsent:
            if self._concerns(envelope):
                kept.setdefault(envelope.target, []).append(encode(envelope.message))
        return encode(_Saved(self._arrived, kept, self._given))

    def _concerns(self, envelope: Envelope) -> bool:
        peer = self._peers.get(envelope.target)
        return peer is not None and type(envelope.message) in peer

    # The sender's end.

    def keep(self, envelope: Envelope) -> Numbered | None:
        """Gives what the machine says its number. None: the receiver has no ear for it."""
        if not self._concerns(envelope):
            return None
        target, message = envelope.target, envelope.message
        kept = self._kept.setdefault(target, deque())
        kept.append(message)
        return Numbered(self._address, self._arrived.get(target, 0) + len(kept), message)

    def waiting(self) -> list[Address]:
        """Receivers of which we do not know that everything has arrived."""
        return [target for target, kept in self._kept.items() if kept]

    def reached(self, answer: Reached) -> list[Numbered]:
        """Forgets what has arrived. Returns what may not have: perhaps it is under way. Raises: Unrepeatable."""
        target = answer.source
        arrived, kept = self._arrived.get(target, 0), self._kept.get(target, deque())
        if answer.number < arrived:
            return []  # An old answer.
        if answer.number > arrived + len(kept):
            raise Unrepeatable(
                f"{self._address} had said {answer.number} things to {target} before its crash, and only {arrived + len(kept)} when its "
                f"journal was replayed: it uses something that its journal does not hold, a clock or a generator of its own"
            )
        for _ in range(answer.number - arrived):
            kept.popleft()
        self._arrived[target] = answer.number
        return [Numbered(self._address, number, message) for number, message in enumerate(kept, start=answer.number + 1)]

    # The receiver's end.

    def is_next(self, frame: Numbered) -> bool:
        """Whether it is to be handed on now. What was handed on before is not; what comes too early waits."""
        expected = self._given.get(frame.source, 0) + 1
        if frame.number > expected:
            self._early[frame.source, frame.number] = frame
        if frame.number != expected:
            return False
        self._given[frame.source] = frame.number
        return True

    def following(self, frame: Numbered) -> Numbered | None:
        """What has waited for this one."""
        return self._early.pop((frame.source, frame.number + 1), None)

    def durable(self, source: Address, held: Iterable[Origin]) -> int:
        """How much of a sender's was handed on and is on the disk. `held`: the origins of entries that are not on it yet, oldest first."""
        for origin in held:
            if origin and origin[0] == source:
                return origin[1] - 1
        return self._given.get(source, 0)

    # Both, in a recovery.

    def replayed(self, entry: Entry[Message], said: Iterable[Envelope]) -> None:
        """The machine was given an entry again, and said the same as it did then: it may have arrived or not."""
        if entry.source:
            self._given[entry.source] = entry.number
        for envelope in said:
            self.keep(envelope)
