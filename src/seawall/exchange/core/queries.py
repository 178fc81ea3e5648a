"""What an account may ask: its orders, fills and balances. Answers go to the account's owner.

A venue remembers open orders for ever and a fixed number of closed ones; "no such order" says no more than that. A rejected order never
was one, and is not found. A client order id that was used again means its latest order.
"""

from itertools import chain

from seawall.api.accounts import (
    Balance,
    BalancesReported,
    FillsReported,
    OpenOrdersReported,
    OrderReported,
    OrderState,
    QueryBalances,
    QueryFills,
    QueryOpenOrders,
    QueryOrder,
)
from seawall.api.message import Envelope
from seawall.api.orders import OrderFilled, OrderId, OrderListType, SelfTradePrevention
from seawall.api.units import Money, Nanos, Price, Quantity
from seawall.api.venue_operations import QueryTradingStatus, TradingStatusReported
from seawall.exchange.core.floor import FillHistory, Floor, Member
from seawall.exchange.core.order_book import Order, Terms


def report_order(floor: Floor, query: QueryOrder, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    order = _latest(member, query)
    found = _order_state(floor, order) if order is not None else None
    return [Envelope(member.owner, OrderReported(query.account, query.request_id, query.instrument, query.client_order_id, found, now))]


def _latest(member: Member, query: QueryOrder) -> Order | None:
    still_open = member.open.get(query.client_order_id)
    for order in chain((still_open,) if still_open is not None else (), reversed(member.client.closed)):
        if order.client_order_id == query.client_order_id and order.instrument == query.instrument:
            return order
    return None


def _order_state(floor: Floor, order: Order) -> OrderState:
    return OrderState(
        order.client_order_id,
        order.order_id,
        order.instrument,
        order.side,
        order.order_type,
        order.time_in_force,
        order.status,
        order.price,
        order.quantity,
        Quantity(order.quantity - order.leaves_quantity),
        *(_terms(floor, order, order.terms) if order.terms is not None else ()),
    )


def _terms(floor: Floor, order: Order, terms: Terms) -> tuple[Price, int, Quantity, Nanos, bool, SelfTradePrevention, bool, OrderId]:
    """The last fields of an OrderState. Only an OCO is told of: the others' orders do not exclude each other."""
    listing = floor.listings.get(order.instrument)
    whole = listing.market.lists.get(terms.list_id) if listing is not None else None
    of_oco = whole is None or whole.list_type is OrderListType.OCO
    return (
        terms.stop_price,
        terms.trailing_delta_bps,
        terms.display_quantity,
        terms.expire_time,
        False,
        terms.self_trade_prevention,
        terms.triggered,
        terms.list_id if of_oco else OrderId(0),
    )


def report_open_orders(floor: Floor, query: QueryOpenOrders, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    orders = sorted(member.open.values(), key=lambda order: order.order_id)
    return [
        Envelope(
            member.owner, OpenOrdersReported(query.account, query.request_id, tuple([_order_state(floor, order) for order in orders]), now)
        )
    ]


def report_fills(floor: Floor, query: QueryFills, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    history = member.client.fills.get(query.instrument)
    fills, complete, gap = _fills_after(history, query) if history is not None else ((), True, False)
    return [Envelope(member.owner, FillsReported(query.account, query.request_id, query.instrument, fills, complete, gap, now))]


def _fills_after(history: FillHistory, query: QueryFills) -> tuple[tuple[OrderFilled, ...], bool, bool]:
    """Who trades with himself has two fills of one trade id. The limit never cuts between them: the next query would miss one."""
    fills = [fill for fill in history.fills if fill.trade_id > query.after]
    end = min(max(query.limit, 0), len(fills))
    if 0 < end < len(fills) and fills[end].trade_id == fills[end - 1].trade_id:
        end += 1
    gap = query.after < history.forgotten
    return tuple(fills[:end]), end == len(fills) and not gap, gap


def report_balances(floor: Floor, query: QueryBalances, now: Nanos) -> list[Envelope]:
    """Every currency of the venue, also those the account has nothing of."""
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    account = member.account
    balances = tuple(Balance(currency, Money(free), Money(account.locked[currency])) for currency, free in account.free.items())
    return [Envelope(member.owner, BalancesReported(query.account, query.request_id, balances, now))]


def report_trading_status(floor: Floor, query: QueryTradingStatus, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    halted = {key: listing.market.halted for key, listing in floor.listings.items() if listing.market.halted}
    return [Envelope(member.owner, TradingStatusReported(query.account, query.request_id, halted, now))]
