"""Small machines for small worlds. They say ordinary api messages; nobody trades."""

from collections.abc import Callable
from zlib import crc32

import msgspec

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.market_data import Traded
from seawall.api.message import PUBLIC, Address, Envelope, Message, Restarted, Tick
from seawall.api.orders import AccountId, Side, TradeId
from seawall.api.units import Nanos, Price, Quantity
from seawall.runtime.codec import encode
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng

PINGER, PONGER, LISTENER = Address("pinger"), Address("ponger"), Address("listener")
ACCOUNT = AccountId("toy")


class PingerState(msgspec.Struct):
    rng: Rng
    next_ping: int
    sent: int = 0
    answered: int = 0
    epoch: int = 1


class Pinger:
    """Asks at irregular moments, and counts the answers."""

    def __init__(self, seed: int = 1, period_ns: int = 1000) -> None:
        self.address = PINGER
        self.period_ns = period_ns
        self.state = PingerState(Rng(seed), period_ns)
        self.handlers: dict[type[Message], Handler] = {Tick: self._ping, HeartbeatAnswered: self._count, Restarted: self._restarted}

    def restore(self, state: PingerState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return Nanos(self.state.next_ping)

    def _ping(self, message: Tick, now: Nanos) -> list[Envelope]:
        if now < self.state.next_ping:
            return []
        self.state.sent += 1
        self.state.next_ping = now + self.period_ns // 2 + self.state.rng.below(self.period_ns)
        return [Envelope(PONGER, Heartbeat(ACCOUNT, self.state.sent))]

    def _count(self, message: HeartbeatAnswered, now: Nanos) -> list[Envelope]:
        self.state.answered += 1
        return []

    def _restarted(self, message: Restarted, now: Nanos) -> list[Envelope]:
        self.state.epoch = message.epoch
        return []


class PongerState(msgspec.Struct):
    rng: Rng
    trades: int = 0


class Ponger:
    """Answers, and tells everybody a random price. Its index is the last price, which it keeps outside its state."""

    def __init__(self, seed: int = 2, breaks_at: Callable[["Ponger"], bool] = lambda ponger: False) -> None:
        self.address = PONGER
        self.state = PongerState(Rng(seed))
        self.breaks_at = breaks_at
        self.handlers: dict[type[Message], Handler] = {Heartbeat: self._answer}

    def restore(self, state: PongerState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return None

    def _answer(self, ping: Heartbeat, now: Nanos) -> list[Envelope]:
        self.state.trades += 1
        assert not self.breaks_at(self), "a bug"
        price = Price(self.state.rng.between(90, 110))
        return [
            Envelope(PINGER, HeartbeatAnswered(ping.account, ping.request_id, now)),
            Envelope(PUBLIC, Traded("toy:A-B", TradeId(self.state.trades), price, Quantity(1), Side.BUY, now)),
        ]


class ListenerState(msgspec.Struct):
    heard: int = 0
    checksum: int = 0
    last_time: int = 0


class Listener:
    """Folds everything it hears, and when, into one number."""

    def __init__(self, address: Address = LISTENER) -> None:
        self.address = address
        self.state = ListenerState()
        self.handlers: dict[type[Message], Handler] = dict.fromkeys((Traded, Heartbeat, HeartbeatAnswered), self._hear)

    def restore(self, state: ListenerState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return None

    def _hear(self, message: Message, now: Nanos) -> list[Envelope]:
        self.state.heard += 1
        self.state.checksum = crc32(encode((now, message)), self.state.checksum)
        self.state.last_time = now
        return []


class Spy:
    """An invariant that never objects, and remembers what was sent and what was delivered, machine by machine."""

    name = "spy"

    def __init__(self, *kinds: type[Message]) -> None:
        self.was_sent: dict[Address, list[Message]] = {}
        self.was_delivered: dict[Address, list[Message]] = {}
        self.sent = dict.fromkeys(kinds, self._on_sent)
        self.delivered = dict.fromkeys(kinds, self._on_delivered)

    def _on_sent(self, source: Address, message: Message, now: Nanos) -> None:
        self.was_sent.setdefault(source, []).append(message)

    def _on_delivered(self, machine: Address, message: Message, now: Nanos) -> None:
        self.was_delivered.setdefault(machine, []).append(message)
