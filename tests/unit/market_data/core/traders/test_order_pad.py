"""What a trader believes to rest comes right again, whatever is lost, doubled or forgotten."""

import pytest

from seawall.api.accounts import OpenOrdersReported
from seawall.api.market_data import ReferenceMoved
from seawall.api.message import Message, Restarted
from seawall.api.orders import CancelOrder, CancelRejected, OrderAccepted, OrderCanceled, PlaceOrder
from seawall.api.units import SECOND, Price
from seawall.market_data.core.traders.market_maker import Ladder, MarketMaker, even
from seawall.market_data.core.traders.order_pad import MOST_ORDERS, REFRESH_NS
from seawall.market_data.core.traders.weather import WeatherSense
from tests.unit.market_data.core.traders.table import ACCOUNT, INSTRUMENT, RICH, TRADER, VENUE, Table

NEVER = 10**18
STEADY = WeatherSense(widens_at=NEVER, leaves_at=NEVER)
LADDER = Ladder(INSTRUMENT, even(10, 2, 5), inventory=RICH["BTC"], inventory_limit=RICH["BTC"], lean=Price(0), sense=STEADY)
AT_1050 = "1070 5\n1060 5\n--\n1040 5\n1030 5"


def table() -> Table:
    return Table(MarketMaker(TRADER, VENUE, ACCOUNT, [LADDER]))


def worth(at: Table, price: int) -> None:
    at.tell(TRADER, ReferenceMoved({INSTRUMENT.id: Price(price)}, at.now))


def believed(at: Table) -> int:
    return len(at.trader.state.pad.orders)


@pytest.mark.parametrize("lost", [PlaceOrder, CancelOrder, OrderAccepted, OrderCanceled, CancelRejected])
def test_what_was_lost_is_made_good(lost: type[Message]) -> None:
    """A lost order is forgotten and placed again, a lost cancel is sent again, a lost report is made up for by the venue's list."""
    at = table()
    worth(at, 1000)
    at.loses = lambda message: isinstance(message, lost)
    worth(at, 1050)
    at.loses = lambda message: False
    at.pass_time(2 * REFRESH_NS)
    worth(at, 1050)
    assert at.book() == AT_1050
    assert believed(at) == 4


def test_after_a_restart_what_rests_is_cancelled_and_quoted_anew() -> None:
    at = table()
    worth(at, 1000)
    at.tell(TRADER, Restarted(2))
    assert believed(at) == 0
    at.pass_time(SECOND)
    assert at.book() == "--"
    worth(at, 1050)
    assert at.book() == AT_1050


def test_client_order_ids_are_never_used_again() -> None:
    at = table()
    worth(at, 1000)
    at.tell(TRADER, Restarted(2))
    worth(at, 1050)
    keys = [message.client_order_id for message in at.said if isinstance(message, PlaceOrder)]
    assert len(dict.fromkeys(keys)) == len(keys) == 8


def test_an_order_placed_after_the_question_cannot_be_in_the_answer() -> None:
    at = table()
    at.loses = lambda message: isinstance(message, OpenOrdersReported)
    at.pass_time(SECOND)
    worth(at, 1000)
    at.tell(TRADER, OpenOrdersReported(ACCOUNT, at.trader.state.pad.request, (), at.now))
    assert believed(at) == 4


def test_an_answer_to_an_earlier_question_says_nothing() -> None:
    at = table()
    worth(at, 1000)
    at.pass_time(2 * REFRESH_NS)
    at.tell(TRADER, OpenOrdersReported(ACCOUNT, at.trader.state.pad.request - 1, (), at.now))
    assert believed(at) == 4


def test_doubled_reports_change_nothing() -> None:
    at = table()
    worth(at, 1000)
    worth(at, 1050)
    for message in list(at.heard):
        at.tell(TRADER, message)
    assert at.book() == AT_1050
    assert believed(at) == 4


def test_while_no_answer_comes_the_memory_stays_bounded() -> None:
    at = table()
    at.loses = lambda message: True
    for step in range(300):
        worth(at, 1000 + 100 * step)
    assert believed(at) == MOST_ORDERS
    at.loses = lambda message: False
    at.pass_time(2 * REFRESH_NS)
    worth(at, 1050)
    assert at.book() == AT_1050
