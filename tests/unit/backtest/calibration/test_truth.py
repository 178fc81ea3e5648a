"""What a recording proves of an order that was never sent."""

from seawall.api.orders import Side
from seawall.api.units import Nanos
from seawall.backtest.calibration.truth import SLACK, Hypothesis, Verdict

LATER = Nanos(2 * SLACK)
END = Nanos(10 * SLACK)


def bid(before: int | None = 10, *, at_best: bool = True) -> Hypothesis:
    return Hypothesis(1, Side.BUY, 100, Nanos(0), before, at_best=at_best)


def test_nothing_reached_it() -> None:
    order = bid()
    order.print(101, 50, -1, LATER)
    order.print(100, 50, 1, LATER)  # Bought, not sold into the bid.
    assert order.verdict(END) is Verdict.UNFILLED


def test_a_print_beyond_proves_a_fill_from_then_on() -> None:
    order = bid()
    order.print(99, 1, -1, LATER)
    assert order.verdict(Nanos(LATER - 1)) is not Verdict.FILLED
    assert order.verdict(LATER) is Verdict.FILLED
    offer = Hypothesis(2, Side.SELL, 100, Nanos(0), 10, at_best=True)
    offer.print(101, 1, 1, LATER)
    assert offer.verdict(END) is Verdict.FILLED


def test_more_printed_than_stood_there_proves_it_too() -> None:
    order = bid(10)
    order.print(100, 10, -1, LATER)
    assert order.verdict(END) is not Verdict.FILLED
    order.print(100, 1, -1, LATER)
    assert order.verdict(END) is Verdict.FILLED


def test_prints_of_the_first_moments_prove_no_fill() -> None:
    order = bid(10)
    order.print(100, 11, -1, Nanos(SLACK))
    assert order.verdict(END) is not Verdict.FILLED


def test_somebody_is_surely_before_it() -> None:
    order = bid(10)
    order.print(100, 4, -1, LATER)
    order.quote(100, 6, 105, LATER)
    assert order.verdict(END) is Verdict.UNFILLED
    order.quote(100, 30, 105, LATER)
    order.quote(100, 27, 105, LATER)  # 3 more gone, perhaps from before it: 3 of 10 are left.
    assert order.verdict(END) is Verdict.UNFILLED
    order.quote(100, 23, 105, LATER)
    assert order.verdict(END) is Verdict.UNDECIDED


def test_a_level_out_of_sight_proves_nothing_any_more() -> None:
    order = bid(10)
    order.quote(101, 5, 105, LATER)
    order.quote(100, 10, 105, LATER)
    order.print(100, 1, -1, LATER)
    assert order.verdict(END) is Verdict.UNDECIDED
    assert bid(None, at_best=False).verdict(END) is Verdict.UNFILLED


def test_an_offer_at_the_price_would_have_met_it() -> None:
    order = bid(10)
    order.quote(99, 5, 101, LATER)
    assert order.verdict(END) is Verdict.UNFILLED
    order.quote(99, 5, 100, LATER)
    assert order.verdict(END) is Verdict.UNDECIDED


def test_a_level_that_went_away_leaves_nobody_before_it() -> None:
    order = bid(10)
    order.quote(99, 5, 105, LATER)
    order.print(100, 1, -1, LATER)
    assert order.verdict(END) is Verdict.UNDECIDED


def test_what_joined_before_a_deeper_order_is_known_from_the_next_telling_of_its_level_on() -> None:
    """The book showed 10 when it joined; 5 more had come since the book's last message."""
    order = bid(10, at_best=False)
    order.print(100, 11, -1, LATER)
    assert order.verdict(END) is not Verdict.FILLED
    order.level(4, SLACK)  # Perhaps older than the order.
    order.level(15, LATER)
    order.print(100, 14, -1, Nanos(LATER + SLACK))  # Perhaps missing from those 15 already.
    order.print(100, 15, -1, Nanos(LATER + SLACK + 1))
    assert order.verdict(END) is not Verdict.FILLED
    order.print(100, 1, -1, Nanos(LATER + SLACK + 2))
    assert order.verdict(END) is Verdict.FILLED
    best = bid(10, at_best=False)
    best.quote(100, 3, 105, LATER)
    best.print(100, 4, -1, Nanos(2 * LATER))
    assert best.verdict(END) is Verdict.FILLED, "the best quote tells it, too"
