"""The engine's own view of margin: it agrees with what a venue would say, and says so when the venue does not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.accounts import Balance, BalancesReported
from seawall.api.instruments import Venue
from seawall.api.margin import MarkPriceChanged, PositionsReported, PositionState
from seawall.api.message import Address, Tick, strategy_address
from seawall.api.orders import AccountId, OrderType, Side, TimeInForce
from seawall.api.perpetuals import define_perpetual
from seawall.api.projections import BreakFound
from seawall.api.risk import Limits
from seawall.api.supervision import AlertRaised, Severity
from seawall.api.units import SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.engine.core.checks.margin import margin
from seawall.engine.core.intent import Intent, Refusal
from seawall.engine.core.machine import Engine, EngineSettings
from seawall.engine.core.venues.settings import VenueSettings
from seawall.exchange.core.margin.positions import initial_margin, maintenance_margin
from seawall.exchange.core.margin.queries import liquidation_price
from seawall.runtime.machine import handle
from tests.unit.engine.rig import Rig

TIERS = (("5000", "0.05", "0.025"), ("20000", "0.1", "0.05"), (None, "0.2", "0.1"))
BTC, ETH = (
    define_perpetual("v", f"{coin}-USDT-PERP", tick="1", lot="1", tiers=TIERS, taker_fee="0.001", base_decimals=0, quote_decimals=0)
    for coin in ("BTC", "ETH")
)
ACCOUNT, USDT, STRATEGY = AccountId("main"), Currency("USDT"), strategy_address("one")
NOW = Nanos(1_000 * SECOND)


class Desk:
    """An engine with so much money, and positions as (lots, cost); marked at 100 unless told otherwise."""

    def __init__(self, money: int, limits: Limits | None = None, **held: tuple[int, int]) -> None:
        venue = VenueSettings(Venue("v"), Address("venue:v"), ACCOUNT)
        settings = EngineSettings(Address("engine"), (venue,), (BTC, ETH), limits or Limits(), USDT, capital=Money(money))
        self.engine = engine = Engine(settings)
        engine.sessions[ACCOUNT].state.opening = {USDT: money}
        for name, (lots, cost) in held.items():
            instrument = BTC if name == "btc" else ETH
            for position in (engine.booking.position_of(STRATEGY, instrument.id), engine.booking.netted_of(instrument.id)):
                position.quantity, position.cost = lots, cost
            engine.exposures.change(STRATEGY, instrument.id, Side.BUY, 0, lots)
        self.mark(BTC, 100)
        self.mark(ETH, 100)

    def mark(self, instrument: Any, price: int) -> None:
        handle(self.engine, MarkPriceChanged(instrument.id, Price(price), Price(price), 0, Nanos(0), NOW), NOW)

    def view(self) -> Any:
        view = self.engine.margins.view(Venue("v"), USDT)
        assert view is not None
        return view

    def refusal(self, side: Side, lots: int, price: int, *, reduce_only: bool = False) -> Refusal | None:
        engine, check = self.engine, margin(self.engine, BTC)
        assert check is not None
        notional = lots * price * BTC.tick_value
        intent = Intent(
            engine.account(STRATEGY), "tag", BTC, engine.state.markets[BTC.id], side, OrderType.LIMIT, TimeInForce.GTC, Quantity(lots),
            Price(price), Price(price), NOW, lots * BTC.lot_value, notional, reduce_only=reduce_only,
        )  # fmt: skip
        return check(intent, NOW)


LOTS = st.integers(-300, 300).filter(bool)
PRICES = st.integers(50, 200)


@given(st.integers(100, 50_000), LOTS, LOTS, PRICES, PRICES)
def test_it_is_what_the_venue_reckons(money: int, first: int, second: int, btc_mark: int, eth_mark: int) -> None:
    """Two positions in one currency stand for each other; tiers and rounding as the venue has them, in code that shares nothing with it."""
    desk = Desk(money, btc=(first, first * 100), eth=(second, second * 90))
    desk.mark(BTC, btc_mark)
    desk.mark(ETH, eth_mark)
    view, worths = desk.view(), (abs(first) * btc_mark, abs(second) * eth_mark)
    equity = money + first * (btc_mark - 100) + second * (eth_mark - 90)
    maintenance = maintenance_margin(BTC, worths[0]) + maintenance_margin(ETH, worths[1])
    assert (view.equity, view.maintenance, view.notional) == (equity, maintenance, sum(worths))
    assert view.initial == (initial_margin(BTC, worths[0]) or 0) + (initial_margin(ETH, worths[1]) or 0)
    assert [p.liquidation_price for p in view.positions] == [
        liquidation_price(BTC, first, btc_mark, equity, maintenance),
        liquidation_price(ETH, second, eth_mark, equity, maintenance),
    ]


def test_what_is_left_what_is_used_and_the_leverage() -> None:
    view = Desk(1_000, btc=(40, 4_000)).view()
    assert (view.available, view.ratio_bps, view.leverage_bps) == (1_000 - 200, 1_000, 40_000)
    broke = Desk(0, btc=(40, 4_000)).view()
    assert (broke.available, broke.ratio_bps, broke.leverage_bps) == (0, None, None)


def test_while_money_or_a_mark_is_unknown_there_is_no_view_and_the_venue_decides() -> None:
    desk = Desk(10)
    desk.engine.sessions[ACCOUNT].state.opening = None
    assert desk.engine.margins.views() == [] and desk.refusal(Side.BUY, 1_000, 100) is None


def test_an_order_needs_free_margin_unless_it_takes_a_position_towards_zero() -> None:
    """An equity of 260 carries 50 lots and their fee of 5: 5,000 at 5 %. One more is in the next tier."""
    desk = Desk(260)
    assert desk.refusal(Side.BUY, 50, 100) is None
    refused = desk.refusal(Side.BUY, 51, 100)
    assert refused is not None and (refused.check, refused.limit, refused.value) == ("margin", 260.0, 516.0)
    assert desk.refusal(Side.BUY, 50, 102) is not None, "what it loses at once against the mark is not there to stand for it"
    assert desk.refusal(Side.BUY, 51, 100, reduce_only=True) is None
    poor = Desk(0, btc=(50, 5_000))
    assert poor.refusal(Side.SELL, 50, 100) is None and poor.refusal(Side.BUY, 1, 100) is not None


def test_coins_need_no_margin() -> None:
    engine = Rig().engine
    assert all(margin(engine, instrument) is None for instrument in engine.settings.instruments)


def test_a_position_near_its_end_raises_an_alert_and_says_where_the_end_is() -> None:
    desk = Desk(500, Limits(max_margin_ratio_bps=5_000), btc=(40, 4_000))

    def looked(second: int) -> list[AlertRaised]:
        return [e.message for e in handle(desk.engine, Tick(), Nanos(NOW + second * SECOND)) if isinstance(e.message, AlertRaised)]

    for price in (BTC, ETH):
        desk.engine.state.markets[price.id].last = Price(100)
    assert looked(1) == []
    desk.mark(BTC, 93)
    (alert,) = looked(2)
    assert (alert.monitor, alert.severity, alert.value) == ("margin_ratio", Severity.WARNING, 4_228)
    desk.mark(BTC, 91)
    (alert,) = looked(3)
    assert alert.severity is Severity.CRITICAL and "BTC-USDT-PERP is marked at 91 and liquidated at 90" in alert.unit


@pytest.mark.parametrize("theirs", [100, 101])
def test_a_venue_that_reckons_otherwise_is_a_break_told_once(theirs: int) -> None:
    """Maintenance of forty lots at 100 is 100. The same difference at two looks is told; the third says nothing new."""
    desk = Desk(1_000, btc=(40, 4_000))
    session = desk.engine.sessions[ACCOUNT]
    session.state.awaited.update(dict.fromkeys(range(70, 73), "QueryPositions"))
    ours = desk.view().positions[0]
    found: list[list[BreakFound]] = []
    for number in range(70, 73):
        state = PositionState(BTC.id, 40, Money(4_000), Price(100), Money(0), Money(theirs), Price(ours.liquidation_price))
        report = PositionsReported(ACCOUNT, number, (state,), Nanos(number))
        told = [envelope.message for envelope in handle(desk.engine, report, NOW)]
        found.append([message for message in told if isinstance(message, BreakFound)])
    assert [len(each) for each in found] == ([0, 0, 0] if theirs == 100 else [0, 1, 0])
    if theirs != 100:
        (told_break,) = found[1]
        assert told_break.subject == f"margin {BTC.id}"
        assert told_break.ours.startswith("maintenance 100,") and told_break.theirs.startswith("maintenance 101,")


def test_the_wallet_is_the_opening_balance_and_what_is_booked() -> None:
    desk = Desk(1_000)
    session = desk.engine.sessions[ACCOUNT]
    session.state.opening = None
    session.state.awaited[70] = "QueryBalances"
    handle(desk.engine, BalancesReported(ACCOUNT, 70, (Balance(USDT, Money(700), Money(0)),), NOW), NOW)
    desk.engine.booking.netted_of(BTC.id).carried = -30
    assert desk.view().equity == 670
