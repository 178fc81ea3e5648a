"""A recorded venue with a book: what takes walks it, what rests deeper than the quote knows its place in it."""

from seawall.api.orders import TimeInForce
from seawall.backtest.fill_models import fill_model, touch
from tests.unit.backtest.desk import Desk, brief
from tests.unit.backtest.test_queue_models import everywhere, waiting

BIDS = {99: 7, 98: 10, 95: 20}
ASKS = {101: 5, 102: 6, 104: 8}


def deep(model: object = touch, **options: object) -> Desk:
    desk = Desk(model, limited=True, **{"usd": 100_000, **options})  # type: ignore[arg-type]
    desk.snapshot(BIDS, ASKS)
    desk.quote(99, 101, 7, 5)
    return desk


def test_a_large_order_pays_every_level_it_reaches() -> None:
    desk = deep()
    assert brief(desk.buy(13)) == ["accepted", "filled 5 at 101 taker", "filled 6 at 102 taker", "filled 2 at 104 taker"][1:]
    assert desk.balances() == (100_000 - 5 * 101 - 6 * 102 - 2 * 104, 0, 113, 0)


def test_where_the_book_ends_the_rest_expires() -> None:
    assert brief(deep().sell(40)) == ["accepted", "filled 7 at 99 taker", "filled 10 at 98 taker", "filled 20 at 95 taker", "expired"]


def test_a_limit_stops_the_walk_and_the_rest_waits() -> None:
    desk = deep()
    assert brief(desk.buy(13, 102)) == ["accepted", "filled 5 at 101 taker", "filled 6 at 102 taker"]
    assert [each.order.leaves_quantity for each in desk.venue.resting(desk.id).values()] == [2]
    assert brief(desk.buy(9, 104, time_in_force=TimeInForce.FOK)) == ["accepted", "expired"]
    assert brief(desk.buy(8, 104, time_in_force=TimeInForce.FOK)) == ["accepted", "filled 8 at 104 taker"]


def test_the_quote_is_believed_where_the_book_is_older() -> None:
    desk = deep()
    desk.quote(99, 102, 7, 1)
    assert brief(desk.buy(3)) == ["filled 1 at 102 taker", "filled 2 at 104 taker"]


def test_slippage_comes_on_top_of_every_level() -> None:
    desk = deep(slippage_bps=100)
    assert brief(desk.buy(6)) == ["filled 5 at 103 taker", "filled 1 at 104 taker"]


def test_an_order_that_cannot_pay_the_deeper_levels_is_rejected_whole() -> None:
    desk = deep(usd=1_215)  # Enough for 12 at the best price.
    assert brief(desk.buy(12)) == ["rejected insufficient_balance"]


def test_a_book_with_a_gap_offers_nothing_behind_the_quote() -> None:
    desk = deep()
    desk.depth({}, {104: 9}, missed=1)
    assert brief(desk.buy(8)) == ["accepted", "filled 5 at 101 taker", "expired"]


@everywhere
def test_an_order_behind_the_best_knows_its_place(model: object) -> None:
    desk = deep(model)
    desk.buy(2, 98)
    assert waiting(desk).queue.ahead == 10
    desk.depth({98: 25}, {})
    desk.depth({98: 4}, {})
    assert waiting(desk).queue.ahead <= 4
    desk.depth({99: 1}, {98: 30})
    assert waiting(desk).queue.shown == 4


def test_at_the_best_price_the_book_is_not_asked() -> None:
    desk = deep(fill_model("queue_front"))
    desk.buy(2, 99)
    desk.depth({99: 1}, {})
    assert waiting(desk).queue.ahead == 7
