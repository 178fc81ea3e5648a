"""What a venue of perpetuals does by itself: booked once, to those whose position it is, and told."""

from typing import Any

from seawall.api.instruments import Venue
from seawall.api.margin import CashReported, FundingPaid, LiquidationFeeCharged, MarkPriceChanged, PositionsReported, PositionState
from seawall.api.message import Address, Message, strategy_address
from seawall.api.orders import AccountId, ClientOrderId, Liquidity, OrderFilled, OrderId, OrderStatus, OrderType, Side, TimeInForce, TradeId
from seawall.api.perpetuals import define_perpetual
from seawall.api.projections import BreakFound, ClosedByVenue
from seawall.api.risk import Limits
from seawall.api.signals import FillApplied, FundingApplied
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.orders import Order
from seawall.engine.core.venues.settings import VenueSettings
from seawall.runtime.machine import handle

PERP = define_perpetual("v", "BTC-USDT-PERP", tick="1", lot="1", base_decimals=0, quote_decimals=0)
ACCOUNT, USDT = AccountId("main"), Currency("USDT")
ONE, TWO = strategy_address("one"), strategy_address("two")
EXTERNAL = Address("external")


class Books:
    """An engine that holds so many lots for each strategy, bought at 100."""

    def __init__(self, **lots: int) -> None:
        venue = VenueSettings(Venue("v"), Address("venue:v"), ACCOUNT)
        self.engine = Engine(EngineSettings(Address("engine"), (venue,), (PERP,), Limits(), USDT))
        for name, held in lots.items():
            position = self.engine.booking.position_of(strategy_address(name), PERP.id)
            position.quantity, position.cost = held, held * 100

    def told(self, message: Message) -> list[Any]:
        return [envelope.message for envelope in handle(self.engine, message, Nanos(10))]

    def held(self, strategy: Address) -> int:
        return self.engine.booking.position_of(strategy, PERP.id).quantity

    def carried(self, strategy: Address) -> int:
        return self.engine.booking.position_of(strategy, PERP.id).carried


def funding(cash_id: int, amount: int) -> FundingPaid:
    return FundingPaid(ACCOUNT, cash_id, PERP.id, USDT, Money(amount), 1, Price(100), 1_000, Nanos(cash_id))


def closing(lots: int, fee: int = 0, trade_id: int = 1) -> OrderFilled:
    return OrderFilled(
        ACCOUNT, ClientOrderId("autoclose-9"), PERP.id, OrderId(9), TradeId(trade_id), Side.SELL, Price(90), Quantity(lots),
        Quantity(lots), Quantity(0), Liquidity.TAKER, Money(fee), USDT, Nanos(5),
    )  # fmt: skip


def test_funding_is_shared_by_position_and_told() -> None:
    """One is long three, the other short one: of a payment of ten for the two in between, fifteen are the one's."""
    books = Books(one=3, two=-1)
    told = [m for m in books.told(funding(1, -10)) if isinstance(m, FundingApplied)]
    assert [(m.strategy, m.amount) for m in told] == [(ONE, -15), (TWO, 5)]
    assert (books.carried(ONE), books.carried(TWO)) == (-15, 5)
    assert books.engine.booking.balance_changes(Venue("v")) == {USDT: -10}
    assert sum(row.result.carried for row in books.engine.portfolio.rows()) == -10


def test_a_payment_is_booked_once_and_in_order() -> None:
    """The second copy is ignored; the third payment before the second is asked for again, from where it broke off."""
    books = Books(one=1)
    books.told(funding(1, -10))
    assert books.told(funding(1, -10)) == []
    (question,) = books.told(funding(3, -30))
    assert (type(question).__name__, question.after) == ("QueryCash", 1)
    books.told(CashReported(ACCOUNT, question.request_id, (funding(2, -20), funding(3, -30)), True, False, Nanos(9)))
    assert books.carried(ONE) == -60


def test_cash_that_comes_in_parts_is_asked_for_until_it_is_whole() -> None:
    books = Books(one=1)
    (question,) = books.told(CashReported(ACCOUNT, 1, (funding(1, -10), funding(2, -20)), False, False, Nanos(9)))[-1:]
    assert (type(question).__name__, question.after) == ("QueryCash", 2)
    books.told(CashReported(ACCOUNT, 2, (funding(2, -20), funding(3, -30)), True, False, Nanos(9)))
    assert books.carried(ONE) == -60


def test_cash_that_is_no_longer_listed_is_a_break() -> None:
    """What is still listed is booked; once, and nobody asks again for what is gone."""
    books = Books(one=1)
    told = books.told(CashReported(ACCOUNT, 1, (funding(7, -10),), False, True, Nanos(9)))
    (found,) = [m for m in told if isinstance(m, BreakFound)]
    assert (found.subject, found.ours, found.theirs) == ("cash", "booked up to movement 0", "older movements are no longer listed")
    assert books.carried(ONE) == -10
    assert not [m for m in told if type(m).__name__ == "QueryCash"]
    assert books.told(CashReported(ACCOUNT, 2, (funding(7, -10),), False, True, Nanos(9))) == []


def test_a_mark_of_nothing_is_no_mark() -> None:
    books = Books(one=1)
    books.told(MarkPriceChanged(PERP.id, Price(120), Price(120), 0, Nanos(20), Nanos(9)))
    books.told(MarkPriceChanged(PERP.id, Price(0), Price(0), 0, Nanos(20), Nanos(9)))
    assert books.engine.state.markets[PERP.id].venue_mark == 120


def test_a_liquidation_is_an_alert_and_reaches_those_it_took_from() -> None:
    """Seven lots: five of the largest holder, two of the next; the fee in the same parts; nothing is left to nobody."""
    books = Books(one=3, two=5)
    told = books.told(closing(7, fee=7))
    (alert,) = [m for m in told if isinstance(m, ClosedByVenue)]
    assert (alert.what, alert.quantity) == ("liquidation", 7)
    assert [(m.strategy, m.quantity, m.fee, m.position) for m in told if isinstance(m, FillApplied)] == [(TWO, 5, 5, 0), (ONE, 2, 2, 1)]
    assert not any(isinstance(m, BreakFound) for m in told)
    assert books.told(closing(7, fee=7)) == [], "a copy"
    assert books.engine.exposures.by_instrument[PERP.id].position == -7, "fills moved it; the rig's positions were never counted"


def test_what_no_strategy_holds_is_external() -> None:
    books = Books(one=1)
    books.told(closing(3))
    assert (books.held(ONE), books.held(EXTERNAL)) == (0, -2)


def test_a_fee_after_the_end_goes_to_the_only_one_who_was_there() -> None:
    books = Books(one=2)
    books.told(closing(2))
    books.told(LiquidationFeeCharged(ACCOUNT, 1, PERP.id, USDT, Money(-4), OrderId(9), Nanos(6)))
    assert books.carried(ONE) == -4


def test_a_position_that_fills_do_not_explain_is_reported_and_adopted() -> None:
    """First the fills are asked for; the same difference again is a break."""
    books = Books(one=3)
    session = books.engine.sessions[ACCOUNT]
    session.state.awaited.update({70: "QueryPositions", 71: "QueryPositions"})

    def report(number: int) -> list[Any]:
        state = PositionState(PERP.id, 5, Money(500), Price(110), Money(50), Money(10), Price(50))
        return books.told(PositionsReported(ACCOUNT, number, (state,), Nanos(number)))

    assert [type(m).__name__ for m in report(70)] == ["QueryFills"]
    (found,) = [m for m in report(71) if isinstance(m, BreakFound)]
    assert (found.subject, found.ours, found.theirs) == (f"position {PERP.id}", "3 lots", "5 lots")
    assert (books.held(EXTERNAL), books.engine.booking.position_of(EXTERNAL, PERP.id).cost) == (2, 220)


def test_strategies_that_stand_against_each_other_are_one_account_to_the_venue() -> None:
    """One buys three at 100, the other sells one at 110: neither has closed anything, but the account has earned ten, less its fees."""
    books = Books()
    booking, session = books.engine.booking, books.engine.sessions[ACCOUNT]
    for number, (name, side, price, lots) in enumerate((("one", Side.BUY, 100, 3), ("two", Side.SELL, 110, 1)), 1):
        key = ClientOrderId(f"1-{number}")
        books.engine.orders.add(
            Order(
                key, strategy_address(name), name, PERP.id, side, OrderType.MARKET, TimeInForce.IOC, Quantity(lots), Price(0), Price(100),
                Nanos(1), Nanos(9), OrderStatus.NEW,
            )
        )  # fmt: skip
        fill = OrderFilled(
            ACCOUNT, key, PERP.id, OrderId(number), TradeId(number), side, Price(price), Quantity(lots), Quantity(lots), Quantity(0),
            Liquidity.TAKER, Money(1), USDT, Nanos(number),
        )  # fmt: skip
        booking.filled(session, fill, Nanos(number))
    assert (books.held(ONE), books.held(TWO)) == (3, -1)
    assert booking.balance_changes(Venue("v")) == {USDT: 10 - 2}
    assert (booking.netted[PERP.id].quantity, booking.netted[PERP.id].cost) == (2, 200)
