"""What may follow what, and that a book is only there when every update that made it is."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import InstrumentId
from seawall.api.market_data import DepthChanged, DepthReported, Level
from seawall.api.units import Nanos, Price, Quantity
from seawall.runtime.books import ASK, EXACT, FIRST, LAST, SNAPSHOT, BookBuilder, BookState
from seawall.runtime.books.builder import HELD

BTC = InstrumentId("north:BTC-USD")


def levels(**quantities: int) -> tuple[Level, ...]:
    return tuple(Level(Price(int(name[1:])), Quantity(quantity)) for name, quantity in quantities.items())


def spot(first: int, final: int, bids: tuple[Level, ...] = (), asks: tuple[Level, ...] = ()) -> DepthChanged:
    return DepthChanged(BTC, first, final, bids, asks, Nanos(0))


def future(previous: int, final: int, bids: tuple[Level, ...] = (), first: int | None = None) -> DepthChanged:
    """Ids that all instruments share: those of one are never contiguous."""
    return DepthChanged(BTC, previous + 3 if first is None else first, final, bids, (), Nanos(0), previous)


def snapshot(update_id: int) -> DepthReported:
    return DepthReported(BTC, update_id, levels(p99=1, p98=2), levels(p101=1, p102=2), Nanos(0))


def live(update_id: int = 100) -> BookBuilder:
    book = BookBuilder()
    assert book.snapshot(snapshot(update_id))
    return book


def test_before_a_snapshot_there_is_no_book() -> None:
    book = BookBuilder()
    assert not book.diff(spot(1, 5, levels(p50=1)))
    assert not book.live
    assert book.top() == (0, 0, 0, 0)


def test_levels_are_totals_and_zero_takes_them_away() -> None:
    book = live()
    assert book.diff(spot(101, 103, levels(p99=0, p98=7), levels(p100=4)))
    assert book.top() == (98, 7, 100, 4)
    assert book.update_id == 103


def test_a_stream_is_held_until_its_snapshot_comes() -> None:
    """As they really arrive: the snapshot is of a time before the last differences, and in the middle of one."""
    book = BookBuilder()
    book.diff(spot(90, 95, levels(p90=1)))
    book.diff(spot(96, 104, levels(p97=5)))
    book.diff(spot(105, 108, levels(p97=6)))
    assert book.snapshot(snapshot(100))
    assert book.update_id == 108
    assert [price for price, _ in book.bids.best_first()] == [99, 98, 97]
    assert book.bids.quantity(Price(97)) == 6
    assert book.state.held == []


@pytest.mark.parametrize(("first", "final", "fits"), [(101, 102, True), (100, 102, True), (50, 101, True), (102, 103, False)])
def test_contiguous_ids_may_overlap_but_not_leave_one_out(first: int, final: int, fits: bool) -> None:
    book = live()
    assert book.diff(spot(first, final)) is fits
    assert book.live is fits


@pytest.mark.parametrize(("previous", "fits"), [(110, True), (109, False), (111, False), (100, False)])
def test_a_message_that_names_its_predecessor_follows_it_alone(previous: int, fits: bool) -> None:
    book = live()
    assert book.diff(future(90, 110))  # Reaches across the snapshot.
    assert book.diff(future(previous, 120)) is fits
    assert book.state.gaps == (not fits)


@pytest.mark.parametrize(("previous", "fits"), [(99, True), (100, True), (101, False)])
def test_the_first_after_a_snapshot_reaches_across_it(previous: int, fits: bool) -> None:
    assert live().diff(future(previous, 120)) is fits


def test_a_gap_ends_the_book_until_the_next_snapshot() -> None:
    book = live()
    assert not book.diff(spot(103, 104, levels(p97=1)))
    assert (book.live, book.state.gaps, book.top()) == (False, 1, (0, 0, 0, 0))
    assert not book.diff(spot(105, 106, levels(p96=1)))
    assert not book.snapshot(snapshot(101)), "102 is still missing"
    assert book.snapshot(snapshot(102))
    assert book.update_id == 106
    assert [price for price, _ in book.bids.best_first()] == [99, 98, 97, 96]
    assert book.state.gaps == 1


def test_what_is_old_changes_nothing() -> None:
    book = live()
    book.diff(spot(101, 103, levels(p97=3)))
    before = msgspec.msgpack.encode(book.state)
    assert not book.diff(spot(101, 103, levels(p97=9)))
    assert not book.snapshot(snapshot(102))
    assert book.state.old == 2
    book.state.old = 0
    assert msgspec.msgpack.encode(book.state) == before


def test_a_newer_snapshot_replaces_a_live_book() -> None:
    book = live()
    book.diff(spot(101, 103, levels(p97=3)))
    assert book.snapshot(snapshot(110))
    assert [price for price, _ in book.bids.best_first()] == [99, 98]
    assert book.diff(spot(111, 111))


def test_what_is_held_is_bounded() -> None:
    book = BookBuilder()
    for number in range(HELD + 10):
        book.diff(spot(number, number))
    assert len(book.state.held) == HELD
    assert not book.snapshot(snapshot(5)), "older than all that is held"
    assert book.snapshot(snapshot(HELD))


def test_a_stream_that_begins_anew_follows_nothing() -> None:
    """A venue that restarts may count from one again."""
    book = live(1_000_000)
    book.diff(spot(2_000_000, 2_000_001))
    book.invalidate()
    book.diff(spot(3, 4))
    assert book.snapshot(snapshot(2))
    assert book.update_id == 4


MESSAGES = st.lists(
    st.one_of(
        st.builds(lambda i: snapshot(i), st.integers(1, 40)),
        st.builds(
            lambda f, n, p, q: spot(f, f + n, levels(**{f"p{p}": q})), *(st.integers(0, 40), st.integers(0, 4)), *[st.integers(0, 9)] * 2
        ),
        st.builds(lambda f, n, p: future(f, f + n, levels(**{f"p{p}": 1})), *[st.integers(0, 40)] * 3),
    ),
    max_size=40,
)


def as_rows(message: DepthChanged | DepthReported) -> list[tuple[int, int, int, int, int]]:
    if isinstance(message, DepthReported):
        flags, previous, update_id = SNAPSHOT, -1, message.update_id
    else:
        exact = message.previous_update_id is not None
        flags, previous = (EXACT, message.previous_update_id or 0) if exact else (0, message.first_update_id - 1)
        update_id = message.final_update_id
    rows = [
        (each.price, each.quantity, flags | ask, previous, update_id)
        for ask, side in ((0, message.bids), (ASK, message.asks))
        for each in side
    ]
    marks = [FIRST * (n == 0) | LAST * (n == len(rows) - 1) for n in range(len(rows))]
    return [(p, q, f | mark, before, own) for (p, q, f, before, own), mark in zip(rows, marks, strict=True)]


@given(messages=MESSAGES)
def test_messages_rows_and_runs_of_rows_build_the_same_book(messages: list[DepthChanged | DepthReported]) -> None:
    by_message, by_row, by_run = BookBuilder(), BookBuilder(), BookBuilder()
    seen: list[list[int]] = [[], [], []]
    for message in messages:
        rows = as_rows(message)
        if by_message.snapshot(message) if isinstance(message, DepthReported) else by_message.diff(message):
            seen[0].append(by_message.update_id)
        seen[1] += [by_row.update_id for row in rows if by_row.row(Price(row[0]), Quantity(row[1]), *row[2:])]
        runs = [(n + 1, row[2], row[2], row[3], row[4]) for n, row in enumerate(rows)]
        seen[2] += list(by_run.runs(runs, [Price(row[0]) for row in rows], [Quantity(row[1]) for row in rows]))
    assert by_message.state == by_row.state == by_run.state
    assert seen[0] == seen[1] == seen[2]


@given(messages=MESSAGES, cut=st.integers(0, 40))
def test_a_restored_book_goes_on_as_if_nothing_had_happened(messages: list[DepthChanged | DepthReported], cut: int) -> None:
    whole, restored = BookBuilder(), BookBuilder()
    for number, message in enumerate(messages):
        if number == cut:
            restored.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(restored.state), type=BookState))
        for book in (whole, restored):
            book.snapshot(message) if isinstance(message, DepthReported) else book.diff(message)
    assert whole.state == restored.state
    assert whole.top() == restored.top()
