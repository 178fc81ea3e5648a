"""Opening, holding and closing a perpetual: margin before the order, money only when something is closed."""

import msgspec
import pytest

from seawall.api.accounts import BalancesReported, QueryBalances
from seawall.api.instruments import MarginTier
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderType
from seawall.api.units import Money, Price
from seawall.exchange.core.margin.positions import MarginPosition, trade
from seawall.runtime.machine import handle
from tests.unit.exchange.core.margin.pit import BTC, ETH, Pit


def test_no_money_moves_until_something_is_closed() -> None:
    pit = Pit()
    pit.trade("alice", "bob", 100, 10)
    assert (pit.wallet("alice"), pit.wallet("bob")) == (1_000, 1_000)
    assert (pit.position("alice"), pit.position("bob")) == ((10, 1_000), (-10, -1_000))


def test_closing_pays_the_difference() -> None:
    """Alice sells half of it dearer, to Carol; Bob has lost nothing yet."""
    pit = Pit()
    pit.trade("alice", "bob", 100, 10)
    pit.trade("carol", "alice", 110, 5)
    assert (pit.wallet("alice"), pit.wallet("bob"), pit.wallet("carol")) == (1_050, 1_000, 1_000)
    assert (pit.position("alice"), pit.position("carol")) == ((5, 500), (5, 550))


def test_an_order_beyond_the_margin_is_rejected() -> None:
    """1,000 USDT carry 10,000 at ten times; one lot more is too much."""
    pit = Pit()
    pit.order("bob", "sell", 100, 100)
    assert pit.order("alice", "buy", 100, 101) == [
        "alice 2 rejected insufficient_margin: positions and orders would need 1010 USDT minor units, equity is 1000"
    ]
    assert any("accepted" in line for line in pit.order("alice", "buy", 100, 100))


def test_working_orders_need_margin_too() -> None:
    pit = Pit()
    pit.order("alice", "buy", 90, 60)
    assert "insufficient_margin" in pit.order("alice", "buy", 80, 80)[0]


def test_no_position_outgrows_the_last_tier() -> None:
    """Rich as she is: 20,000 USDT are the most. And up to 5,000 a lower rate holds."""
    tiers = ((5_000, 10**8, 5 * 10**7, 0), (20_000, 2 * 10**8, 10**8, 250))
    terms = msgspec.structs.replace(BTC.margin, tiers=tuple(MarginTier(Money(a), b, c, Money(d)) for a, b, c, d in tiers))
    pit = Pit(msgspec.structs.replace(BTC, margin=terms), funds={"alice": 10**6, "bob": 10**6})
    assert "max_position" in pit.order("alice", "buy", 100, 201)[0]
    pit.trade("alice", "bob", 100, 60)
    pit.wait()
    assert pit.report("alice").positions[0].maintenance == 600 - 250
    assert "max_position" in pit.order("alice", "buy", 100, 141)[0]


def test_both_sides_count_once() -> None:
    """Only one of them can be the larger position."""
    pit = Pit()
    assert "accepted" in pit.order("alice", "buy", 90, 100)[0]
    assert "accepted" in pit.order("alice", "sell", 95, 90)[0]


def test_closing_is_always_possible() -> None:
    """All the margin is in the position: an order that brings it towards zero passes, one that turns it round does not."""
    pit = Pit()
    pit.trade("alice", "bob", 100, 100)
    pit.wait()
    pit.order("carol", "buy", 60, 100)
    assert "insufficient_margin" in pit.order("alice", "sell", 60, 250)[0]
    assert any("filled 100 at 60" in line for line in pit.order("alice", "sell", 60, 100))


def test_an_order_that_loses_at_once_needs_what_it_loses() -> None:
    """Buying at 150 what is marked at 100."""
    pit = Pit()
    pit.trade("carol", "dave", 100, 1)
    pit.wait()
    pit.order("bob", "sell", 150, 10)
    assert "insufficient_margin" in pit.order("alice", "buy", 150, 21)[0]
    pit.order("alice", "buy", 150, 10)
    assert pit.position("alice") == (10, 1_500)


def test_a_market_order_is_judged_by_what_the_book_charges() -> None:
    pit = Pit()
    pit.trade("carol", "dave", 100, 1)
    pit.wait()
    pit.order("bob", "sell", 100, 5)
    pit.order("bob", "sell", 190, 50)
    assert "insufficient_margin" in pit.order("alice", "buy", 0, 25)[0]


def test_margin_is_shared_between_perpetuals() -> None:
    pit = Pit(BTC, ETH)
    pit.trade("alice", "bob", 100, 60)
    assert "insufficient_margin" in pit.order("alice", "buy", 10, 600, ETH)[0]
    assert "accepted" in pit.order("alice", "buy", 10, 300, ETH)[0]


def test_the_wallet_is_what_the_balance_says() -> None:
    """A perpetual locks nothing; its base currency is no balance of the venue."""
    pit = Pit()
    pit.trade("alice", "bob", 100, 10)
    (envelope,) = handle(pit.exchange, QueryBalances(AccountId("alice"), 1), pit.now)
    assert isinstance(envelope.message, BalancesReported)
    assert [(b.currency, b.free, b.locked) for b in envelope.message.balances] == [("USDT", 1_000, 0)]


def test_positions_are_reported_with_what_they_need() -> None:
    """Bought 50 at 100 with 1,000: marked at 110 that is 500 up; 5 % of 5,500 to keep it; gone at 85."""
    pit = Pit()
    pit.trade("alice", "bob", 100, 50)
    pit.index(110)
    pit.trade("carol", "dave", 110, 1)
    pit.wait()
    (position,) = pit.report("alice").positions
    assert (position.quantity, position.cost, position.mark, position.unrealised, position.maintenance) == (50, 5_000, 110, 500, 275)
    assert position.liquidation_price == 85
    (short,) = pit.report("bob").positions
    assert (short.quantity, short.unrealised) == (-50, -500)
    assert short.liquidation_price == 115


@pytest.mark.parametrize(
    ("held", "cost", "lots", "notional", "realised", "left"),
    [
        (0, 0, 5, 500, 0, (5, 500)),
        (5, 500, 5, 600, 0, (10, 1_100)),
        (3, 100, -1, 50, 17, (2, 67)),  # Its share of the cost is 33: rounded down.
        (2, 67, -2, 100, 33, (0, 0)),
        (-3, -100, 1, 20, 13, (-2, -67)),
        (3, 100, -5, 200, 20, (-2, -80)),  # Turned round.
        (-3, -100, 5, 200, -20, (2, 80)),
    ],
)
def test_what_a_trade_does_to_a_position(held: int, cost: int, lots: int, notional: int, realised: int, left: tuple[int, int]) -> None:
    position = MarginPosition(held, cost)
    assert trade(position, lots, notional) == realised
    assert (position.quantity, position.cost) == left


def test_a_conditional_order_is_asked_for_margin_when_it_triggers() -> None:
    """A thousand carry a hundred lots: two stops of eighty both wait, a limit order beside them passes, the first takes what is left."""
    pit = Pit()
    pit.trade("carol", "dave", 100, 1)
    stop = {"order_type": OrderType.STOP_LOSS, "stop_price": Price(101)}
    assert [pit.order("alice", "buy", 0, 80, **stop) for _ in range(2)] == [["alice 3 accepted"], ["alice 4 accepted"]]
    assert "accepted" in pit.order("alice", "buy", 50, 90)[0], "they count for nothing while they wait"
    pit.send(CancelOrder(AccountId("alice"), ClientOrderId("5"), BTC.id))
    pit.order("bob", "sell", 101, 90)
    said = pit.order("carol", "buy", 101, 1)
    assert pit.position("alice") == (80, 8_080)
    assert said[-1] == "alice 4 expired after 0: no_funds"


def test_a_stop_that_only_reduces_needs_no_margin() -> None:
    pit = Pit(funds={"alice": 1_100})
    pit.trade("alice", "bob", 100, 100)
    pit.order("alice", "sell", 0, 100, order_type=OrderType.STOP_LOSS, stop_price=Price(98))
    pit.order("carol", "buy", 98, 101)
    pit.order("dave", "sell", 98, 1)
    assert pit.position("alice") == (0, 0)
