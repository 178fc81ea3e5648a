"""One machine's ends of its channels: numbers, duplicates, what comes early, what has arrived, and what a snapshot keeps of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.accounts import Heartbeat, HeartbeatAnswered
from seawall.api.message import PUBLIC, Address, Envelope, Message
from seawall.api.orders import AccountId
from seawall.api.units import Nanos
from seawall.runtime.journal import Entry
from seawall.sim.channels import Channels, Numbered, Reached
from seawall.sim.failures import Unrepeatable

A, B, C = Address("a"), Address("b"), Address("c")
PEERS = {A: {Heartbeat: None}, B: {Heartbeat: None}, C: {Heartbeat: None}}


def word(number: int) -> Heartbeat:
    return Heartbeat(AccountId("x"), number)


def frame(number: int, source: Address = A) -> Numbered:
    return Numbered(source, number, word(number))


def said(count: int, target: Address = B) -> Channels:
    channels = Channels(A, PEERS)
    for number in range(1, count + 1):
        assert channels.keep(Envelope(target, word(number))) == frame(number)
    return channels


def handed_on(channels: Channels, frames: list[Numbered]) -> list[tuple[Address, int]]:
    """As the host does it: what has waited comes right after what it has waited for."""
    out, pending = [], frames[::-1]
    while pending:
        arrived = pending.pop()
        if channels.is_next(arrived):
            out.append((arrived.source, arrived.number))
            following = channels.following(arrived)
            if following is not None:
                pending.append(following)
    return out


def test_every_receiver_has_numbers_of_its_own() -> None:
    channels = said(2)
    assert channels.keep(Envelope(C, word(7))) == Numbered(A, 1, word(7))
    assert channels.keep(Envelope(B, word(3))) == frame(3)
    assert channels.waiting() == [B, C]


def test_only_what_a_service_of_ours_listens_to_is_kept() -> None:
    channels = Channels(A, PEERS)
    for target, message in ((Address("venue"), word(1)), (PUBLIC, word(1)), (B, HeartbeatAnswered(AccountId("x"), 1, Nanos(0)))):
        assert channels.keep(Envelope(target, message)) is None
    assert channels.waiting() == []


def test_what_has_arrived_is_forgotten_and_the_rest_is_said_again() -> None:
    channels = said(3)
    assert channels.reached(Reached(B, 1)) == [frame(2), frame(3)]
    assert channels.reached(Reached(B, 0)) == [], "an answer that another one has overtaken"
    assert channels.reached(Reached(B, 3)) == []
    assert channels.waiting() == []
    assert channels.keep(Envelope(B, word(4))) == frame(4)


def test_a_machine_that_says_less_when_it_is_replayed_is_named() -> None:
    with pytest.raises(Unrepeatable, match="a had said 4 things to b before its crash, and only 3 when its journal was replayed"):
        said(3).reached(Reached(B, 4))


@given(st.data())
def test_whatever_the_order_all_are_handed_on_once_and_in_order(data: st.DataObject) -> None:
    """Every frame of two senders arrives at least once, in any order, with any number of copies."""
    wanted = [frame(number, source) for source in (A, C) for number in range(1, 8)]
    copies = data.draw(st.lists(st.sampled_from(wanted), max_size=20))
    arrived = data.draw(st.permutations(wanted + copies))
    given_on = handed_on(Channels(B, PEERS), arrived)
    assert sorted(given_on) == sorted((f.source, f.number) for f in wanted)
    for source in (A, C):
        assert [number for sender, number in given_on if sender == source] == list(range(1, 8))


def test_durable_is_what_comes_before_the_first_entry_that_is_not() -> None:
    channels = Channels(B, PEERS)
    handed_on(channels, [frame(number) for number in range(1, 6)] + [frame(1, C)])
    assert channels.durable(A, [(), (C, 1), (A, 4), (A, 5)]) == 3
    assert channels.durable(A, [(C, 1), ()]) == 5
    assert channels.durable(C, [(C, 1)]) == 0
    assert channels.durable(Address("silent"), []) == 0


def test_a_snapshot_keeps_what_may_be_needed_again() -> None:
    """Numbers go on where they were, in both directions, and what was said and not sent counts as said."""
    channels = said(3)
    handed_on(channels, [frame(1, B), frame(2, B)])
    channels.reached(Reached(B, 1))
    unsent: list[Message] = [word(4), HeartbeatAnswered(AccountId("x"), 1, Nanos(0))]
    recovered = Channels(A, PEERS, channels.saved([Envelope(target, message) for target in (B, Address("venue")) for message in unsent]))
    assert recovered.keep(Envelope(B, word(5))) == frame(5)
    assert recovered.reached(Reached(B, 1)) == [frame(2), frame(3), frame(4), frame(5)]
    assert handed_on(recovered, [frame(2, B), frame(3, B)]) == [(B, 3)]
    assert channels.reached(Reached(B, 1)) == [frame(2), frame(3)], "taking a snapshot changes nothing"


def test_replaying_an_entry_counts_what_came_and_keeps_what_was_said() -> None:
    channels = Channels(A, PEERS)
    channels.replayed(Entry(10, Nanos(0), A, word(1), B, 1), [Envelope(B, word(1)), Envelope(PUBLIC, word(9))])
    channels.replayed(Entry(11, Nanos(0), A, word(1)), [Envelope(B, word(2))])
    assert channels.reached(Reached(B, 0)) == [frame(1), frame(2)]
    assert handed_on(channels, [frame(1, B), frame(2, B)]) == [(B, 2)]
