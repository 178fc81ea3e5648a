"""The exchange against one that is obviously right: the same commands, the same facts, the same queues."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.message import Address, Message
from seawall.api.orders import AccountId, ClientOrderId, OrderType, PlaceOrder, PlaceOrderList, Side
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.exchange.core.prevention import shown
from seawall.runtime.machine import handle
from tests.property.exchange_commands import (
    AMEND,
    BID,
    CANCEL,
    ICEBERG,
    LIMIT_MAKER,
    MARKET,
    MARKET_PREVENTING,
    NAMES,
    OFFER,
    PREVENTING,
    STOP,
    STOP_LIMIT,
    TRAILING,
    one_cancels_other,
    weighted,
)  # fmt: skip
from tests.property.naive_exchange import Fact, NaiveExchange, facts_of

BTC_USDT = define_spot("x", "BTC-USDT", tick="1", lot="1", maker_fee="0", taker_fee="0", base_decimals=0, quote_decimals=0)
RICH = {Currency("BTC"): Money(10**12), Currency("USDT"): Money(10**14)}
ORDERS = weighted(
    (4, BID), (4, OFFER), (1, LIMIT_MAKER), (2, MARKET), (3, STOP), (3, STOP_LIMIT), (3, TRAILING), (4, ICEBERG), (3, PREVENTING),
    (2, MARKET_PREVENTING), (4, CANCEL), (4, AMEND), (4, one_cancels_other()),
)  # fmt: skip


def here(command: Any) -> Message:
    """Every command of this test is for its one instrument."""
    if isinstance(command, PlaceOrderList):
        orders = tuple(msgspec.structs.replace(order, instrument=BTC_USDT.id) for order in command.orders)
        return msgspec.structs.replace(command, instrument=BTC_USDT.id, orders=orders)
    moved: Message = msgspec.structs.replace(command, instrument=BTC_USDT.id)
    return moved


def opening() -> list[PlaceOrder]:
    """A trade at 100: what trails has something to follow."""
    first, limit, one, price = ClientOrderId("first"), OrderType.LIMIT, Quantity(1), Price(100)
    return [
        PlaceOrder(AccountId("alice"), first, BTC_USDT.id, Side.SELL, limit, quantity=one, price=price),
        PlaceOrder(AccountId("bob"), first, BTC_USDT.id, Side.BUY, limit, quantity=one, price=price),
    ]


def per_order(facts: list[Fact]) -> dict[object, list[str]]:
    """Each order's story, and that of the tape. How the stories interleave is nobody's business."""
    told: dict[object, list[str]] = {}
    for name, fact in facts:
        told.setdefault(name, []).append(fact)
    return told


@settings(max_examples=150)
@given(st.lists(ORDERS.map(here), min_size=15, max_size=50))
def test_both_exchanges_tell_and_keep_the_same(commands: list[Message]) -> None:
    """Plain orders, stops, trailing stops, icebergs, self-trade prevention, amends, pairs."""
    machine, naive = Exchange(Address("venue:x"), [BTC_USDT]), NaiveExchange()
    for name in NAMES:
        handle(machine, OpenAccount(AccountId(name), Address(f"trader:{name}"), RICH), Nanos(0))
    listing = machine._floor.listings[BTC_USDT.id]
    for now, command in enumerate([*opening(), *commands], start=1):
        told = facts_of(handle(machine, command, Nanos(now)))
        assert per_order(told) == per_order(naive.handle(command)), repr(command)
        for side in Side:
            queue = [((o.account, o.client_order_id), o.price, o.leaves_quantity, shown(o)) for o in listing.book.queue_at(side)]
            assert queue == naive.queue(side)
        waiting = sorted((order.account, order.client_order_id) for order in listing.market.stops.values())
        assert waiting == sorted(order.name for order in naive.stops)
