"""The arbitrageur: trades a difference between two venues when it pays, both legs alike, and no further than its inventory goes."""

from typing import Any

import pytest

from seawall.api.accounts import Balance, BalancesReported
from seawall.api.instruments import Instrument, Venue, define_spot
from seawall.api.margin import PositionsReported, PositionState, QueryPositions
from seawall.api.market_data import QuoteChanged
from seawall.api.message import Address, Envelope, Message, Restarted, Tick
from seawall.api.orders import AccountId, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import PPB, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.traders.arbitrageur import Arbitrageur, Arbitrageurs
from seawall.runtime.machine import handle

BTC = Currency("BTC")
ALPHA = define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.001", taker_fee="0.001", min_notional="5")
BETA = define_spot("beta", "BTC-USDT", tick="0.01", lot="0.01", taker_fee="0.002")
ACCOUNTS = {Venue("alpha"): AccountId("a"), Venue("beta"): AccountId("b")}
COIN = 100_000_000
SETTINGS = Arbitrageurs(edge=PPB // 1_000, amount=WORTH, inventory_limit=WORTH, pauses=Nanos(SECOND))


class Desk:
    """Two venues' quotes, in whole quote currency; sizes in coins."""

    def __init__(self, settings: Arbitrageurs = SETTINGS) -> None:
        sizes = {BTC: (Money(COIN), Money(3 * COIN))}
        self.trader = Arbitrageur(Address("trader:arb"), ACCOUNTS, [ALPHA, BETA], {BTC: Money(10 * COIN)}, sizes, settings)
        self.now = Nanos(SECOND)

    def quote(self, instrument: Instrument, bid: int, ask: int, size: float = 5.0) -> list[PlaceOrder]:
        scale = instrument.price_scale // instrument.tick
        lots = Quantity(round(size * instrument.quantity_scale / instrument.lot))
        quote = QuoteChanged(instrument.id, 1, Price(bid * scale), lots, Price(ask * scale), lots, self.now)
        return [self.order(envelope) for envelope in handle(self.trader, quote, self.now)]

    def order(self, envelope: Envelope) -> PlaceOrder:
        order = envelope.message
        assert isinstance(order, PlaceOrder)
        assert envelope.target == f"venue:{order.instrument.partition(':')[0]}"
        assert (order.order_type, order.time_in_force) == (OrderType.LIMIT, TimeInForce.IOC)
        return order


def shown(orders: list[PlaceOrder]) -> list[tuple[str, Side, int, int]]:
    return [(order.account, order.side, order.price, order.quantity) for order in orders]


def test_a_difference_that_pays_is_taken_on_both_sides() -> None:
    desk = Desk()
    assert desk.quote(ALPHA, 9_999, 10_000) == []
    assert shown(desk.quote(BETA, 10_050, 10_051)) == [("a", Side.BUY, 100_000, 1_000), ("b", Side.SELL, 1_005_000, 100)]


@pytest.mark.parametrize(("bid", "trades"), [(10_039, False), (10_041, True)])
def test_fees_and_the_edge_must_be_earned(bid: int, trades: bool) -> None:
    """0.1 % here, 0.2 % there, 0.1 % wanted: at 10,000 that is 40 and a little."""
    desk = Desk()
    desk.quote(ALPHA, 9_999, 10_000)
    assert bool(desk.quote(BETA, bid + 0, bid + 1)) == trades


def test_no_more_than_is_shown_and_the_same_on_both_sides() -> None:
    desk = Desk()
    desk.quote(ALPHA, 9_999, 10_000, size=0.5)
    assert [(order.quantity, order.side) for order in desk.quote(BETA, 10_100, 10_101, size=0.25)] == [(250, Side.BUY), (25, Side.SELL)]


def test_it_pauses_between_trades() -> None:
    desk = Desk()
    desk.quote(ALPHA, 9_999, 10_000)
    assert desk.quote(BETA, 10_100, 10_101)
    assert desk.quote(BETA, 10_110, 10_111) == []
    desk.now = Nanos(desk.now + SECOND)
    assert desk.quote(BETA, 10_120, 10_121)


@pytest.mark.parametrize(("at", "held"), [("a", 13), ("b", 7)])
def test_where_its_inventory_ends_it_stops(at: str, held: int) -> None:
    """It would have to carry coins from one venue to the other, and cannot."""
    desk = Desk()
    handle(desk.trader, BalancesReported(AccountId(at), 1, (Balance(BTC, Money(held * COIN), Money(0)),), desk.now), desk.now)
    desk.quote(ALPHA, 9_999, 10_000)
    assert desk.quote(BETA, 10_100, 10_101) == []
    assert desk.quote(BETA, 9_800, 9_801)  # The other way it goes home.


def test_a_perpetual_is_held_against_spot_and_its_position_is_believed() -> None:
    """Three coins short there already, as the venue says: no further."""
    perpetual = define_perpetual("gamma", "BTC-USDT-PERP", tick="0.01", lot="0.01", taker_fee="0.002")
    accounts = ACCOUNTS | {Venue("gamma"): AccountId("c")}
    sizes = {BTC: (Money(COIN), Money(3 * COIN))}
    desk = Desk()
    desk.trader = Arbitrageur(Address("trader:arb"), accounts, [ALPHA, perpetual], {BTC: Money(10 * COIN)}, sizes, SETTINGS)
    asked = [envelope.message for envelope in handle(desk.trader, Tick(), desk.now)]
    assert [message.account for message in asked if isinstance(message, QueryPositions)] == ["c"]
    desk.quote(ALPHA, 9_999, 10_000)
    assert shown(desk.quote(perpetual, 10_100, 10_101)) == [("a", Side.BUY, 100_000, 1_000), ("c", Side.SELL, 1_010_000, 100)]
    desk.now = Nanos(desk.now + SECOND)
    short = PositionState(perpetual.id, -300, Money(0), Price(1), Money(0), Money(0), Price(0))
    handle(desk.trader, PositionsReported(AccountId("c"), 1, (short,), desk.now), desk.now)
    assert desk.quote(perpetual, 10_100, 10_101) == []


@pytest.mark.parametrize(("bid", "ask"), [(0, 9_000), (10_100, 0), (0, 0)])
def test_an_empty_side_is_no_price(bid: int, ask: int) -> None:
    desk = Desk()
    desk.quote(ALPHA, 0, 0)
    assert desk.quote(BETA, bid, ask) == []


def test_dust_is_left_alone() -> None:
    """A venue would reject it."""
    desk = Desk()
    desk.quote(ALPHA, 9_999, 10_000, size=0.004)
    assert desk.quote(BETA, 10_100, 10_101) == []


def test_it_asks_for_its_balances_on_every_venue() -> None:
    desk = Desk()
    out: list[Message] = [envelope.message for envelope in handle(desk.trader, Tick(), desk.now)]
    assert [message.account for message in out] == ["a", "b"]  # type: ignore[attr-defined]
    assert desk.trader.deadline() == desk.now + 10 * SECOND


def test_after_a_restart_it_knows_no_prices_and_uses_new_numbers() -> None:
    desk = Desk()
    desk.quote(ALPHA, 9_999, 10_000)
    handle(desk.trader, Restarted(2), desk.now)
    assert desk.quote(BETA, 10_100, 10_101) == []
    assert [order.client_order_id for order in desk.quote(ALPHA, 9_999, 10_000)] == ["2-1", "2-1"]


@pytest.mark.parametrize(
    ("more", "complaint"), [({"edge": -1}, "edge"), ({"amount": 0}, "amount"), ({"inventory_limit": 1}, "inventory_limit")]
)
def test_settings_that_make_no_sense_are_named(more: dict[str, int], complaint: str) -> None:
    settings: dict[str, Any] = {"edge": 0, "amount": WORTH, "inventory_limit": WORTH} | more
    assert complaint in (Arbitrageurs(**settings).fault() or "")
