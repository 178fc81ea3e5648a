"""Whatever is sent to an exchange, in whatever order: it answers, it keeps its rules, and it can be stopped anywhere."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from seawall.api.market_data import DepthReported, QueryDepth
from seawall.api.message import Address, Message, Tick
from seawall.api.orders import CancelOrder, PlaceOrder, Side
from seawall.api.units import Nanos
from seawall.exchange.core import floor
from seawall.runtime.machine import handle
from tests.property.exchange_commands import ANYTHING, COMMANDS, COMMANDS_AND_QUERIES, INSTRUMENTS, exchange, opening
from tests.property.exchange_rules import Listener, check_state
from tests.replay.cuts import assert_every_cut_recovers


@pytest.fixture(scope="module", autouse=True)
def short_memory() -> Iterator[None]:
    """So short that forgetting belongs to every run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(floor, "KEPT", 4)
        patch.setattr(floor, "SURPLUS", 2)
        yield


def answered(commands: list[Message]) -> None:
    machine, listener = exchange(), Listener()
    for now, command in enumerate([*opening(), *commands], start=1):
        due = machine.deadline()
        if due is not None and due <= now:
            listener.hear(handle(machine, Tick(), Nanos(now)))
            check_state(machine)
            assert (machine.deadline() or now + 1) > now
        said = handle(machine, command, Nanos(now))
        if isinstance(command, PlaceOrder | CancelOrder):
            assert bool(said) == (command.account in machine.state.ledger.accounts), "who has an account is answered"
        listener.hear(said)
        check_state(machine)
    for instrument in INSTRUMENTS:
        (envelope,) = handle(machine, QueryDepth(instrument.id, requester=Address("someone")), Nanos(10**6))
        assert isinstance(envelope.message, DepthReported)
        assert envelope.message.update_id == listener.update_ids.get(instrument.id, 0)
        assert envelope.message.bids == listener.side(instrument.id, Side.BUY), "the diffs yield the book"
        assert envelope.message.asks == listener.side(instrument.id, Side.SELL), "the diffs yield the book"


@given(COMMANDS)
def test_the_rules_hold_after_every_command(commands: list[Message]) -> None:
    """Balances, locks, conservation, an uncrossed book, fills within orders, contiguous depth that yields the book."""
    answered(commands)


@given(ANYTHING)
def test_nothing_that_can_be_sent_breaks_them(commands: list[Message]) -> None:
    """Any number and any text in any field, among commands that make sense."""
    answered(commands)


@given(COMMANDS_AND_QUERIES)
def test_stopped_anywhere_it_goes_on_as_if_nothing_had_been(commands: list[Message]) -> None:
    """Snapshot and replay give equal outputs and equal state, byte for byte, at every cut."""
    journal: list[tuple[Nanos, Message]] = []
    for now, command in enumerate([*opening(), *commands]):
        journal += [(Nanos(now), command), (Nanos(now), Tick())]
    assert_every_cut_recovers(exchange, journal, cuts=len(journal))


def test_sequences_reach_what_they_are_meant_to_reach() -> None:
    """A property over commands that never trade would prove nothing: here they do, and run out of money."""
    told: dict[str, int] = {}

    @settings(max_examples=200, derandomize=True)  # The same sequences every time: this asks about the generator.
    @given(COMMANDS)
    def count(commands: list[Message]) -> None:
        machine = exchange()
        for now, command in enumerate([*opening(), *commands]):
            for envelope in [*handle(machine, command, Nanos(now)), *handle(machine, Tick(), Nanos(now))]:
                name = f"{type(envelope.message).__name__} {getattr(envelope.message, 'reason', '')}".strip()
                told[name] = told.get(name, 0) + 1

    count()
    rejected = ("insufficient_balance", "would_take", "would_trigger")
    expired = ("time_in_force", "self_trade", "order_list", "disconnected")
    names = [f"OrderRejected {reason}" for reason in rejected] + [f"OrderExpired {reason}" for reason in expired]
    for name in ("OrderFilled", "OrderCanceled", "OrderTriggered", "OrderAmended", "OrderReleased", *names):
        assert told.get(name, 0) >= 10, f"only {told.get(name, 0)} of {name}: {told}"
