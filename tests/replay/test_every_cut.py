"""Every machine of a world, cut anywhere, recovers to identical state bytes and outputs."""

from collections.abc import Callable

import msgspec
import pytest

from seawall.api.accounts import Heartbeat
from seawall.api.message import Address, Envelope, Message
from seawall.api.units import Nanos
from seawall.runtime.machine import Machine
from tests.replay.cuts import Journal, assert_every_cut_recovers
from tests.replay.market import TRADERS, VENUE, exchange, market, trader
from tests.simulation.toys import LISTENER, PINGER, PONGER, Listener, Pinger, Ponger
from tests.simulation.worlds import STORMY, Recorded, toy_world


def toy_journal(address: Address) -> Journal:
    world = toy_world(5, STORMY)
    recorded = Recorded(world)
    world.run_for(200_000)
    return recorded.messages(address)


@pytest.mark.parametrize(("address", "factory"), [(PINGER, Pinger), (PONGER, Ponger), (LISTENER, Listener)])
def test_toys(address: Address, factory: Callable[[], Machine]) -> None:
    journal = toy_journal(address)
    assert len(journal) > 100
    assert_every_cut_recovers(factory, journal)


def test_exchange_and_its_traders() -> None:
    world = market(seed=5)
    recorded = Recorded(world)
    world.run_for(200_000_000)
    assert len(recorded.messages(VENUE)) > 500
    assert_every_cut_recovers(exchange, recorded.messages(VENUE), cuts=25)
    assert_every_cut_recovers(lambda: trader(0), recorded.messages(TRADERS[0]), cuts=10)


class State(msgspec.Struct):
    heard: int = 0


class Forgetful:
    """Keeps something it needs outside its state."""

    def __init__(self, *, says: bool) -> None:
        self.address = PONGER
        self.state = State()
        self.says = says
        self.hidden = 0
        self.handlers = {Heartbeat: self._hear}

    def restore(self, state: State) -> None:
        self.state = state

    def deadline(self) -> None:
        return None

    def _hear(self, message: Message, now: Nanos) -> list[Envelope]:
        self.hidden += 1
        if self.says:
            return [Envelope(PINGER, message)] if self.hidden > 3 else []
        self.state.heard = self.hidden
        return []


@pytest.mark.parametrize(("says", "what"), [(True, "outputs of message"), (False, "final state")])
def test_a_machine_that_hides_something_is_caught(says: bool, what: str) -> None:
    with pytest.raises(AssertionError, match=what):
        assert_every_cut_recovers(lambda: Forgetful(says=says), toy_journal(PONGER))
