"""Short words for the messages that invariants watch."""

from typing import Any

from seawall.api.accounts import Balance, BalancesReported, OpenAccount
from seawall.api.instruments import define_spot
from seawall.api.message import Address, Message
from seawall.api.orders import (
    AccountId,
    ClientOrderId,
    Liquidity,
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderId,
    OrderType,
    PlaceOrder,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.audit.core.invariants import Invariant

BUY, SELL = Side.BUY, Side.SELL
MAKER, TAKER = Liquidity.MAKER, Liquidity.TAKER
VENUE, ENGINE = Address("venue:v"), Address("engine")
INSTRUMENT = define_spot("v", "A-B", tick="1", lot="1", base_decimals=0, quote_decimals=0)  # One lot for one tick is one B.
INSTRUMENTS = {INSTRUMENT.id: INSTRUMENT}
NOW = Nanos(1_000)
ANN, BOB = AccountId("ann"), AccountId("bob")


class Watched:
    """An invariant, told of one thing after the other. Each call returns what it says is wrong."""

    def __init__(self, invariant: Invariant) -> None:
        self.invariant = invariant

    def sent(self, message: Message, source: Address = VENUE, now: Nanos = NOW) -> str | None:
        return self.invariant.sent[type(message)](source, message, now)

    def delivered(self, message: Message, machine: Address = VENUE, now: Nanos = NOW) -> str | None:
        return self.invariant.delivered[type(message)](machine, message, now)


def opened(account: AccountId, owner: Address = ENGINE, **deposits: int) -> OpenAccount:
    return OpenAccount(account, owner, {Currency(name): Money(amount) for name, amount in deposits.items()})


def order(account: AccountId, side: Side, quantity: int, number: int = 1, **fields: Any) -> PlaceOrder:
    kind = {"order_type": OrderType.LIMIT, "time_in_force": TimeInForce.GTC, "price": Price(10), **fields}
    return PlaceOrder(account, ClientOrderId(f"o{number}"), INSTRUMENT.id, side, quantity=Quantity(quantity), **kind)


def accepted(account: AccountId, number: int = 1) -> OrderAccepted:
    return OrderAccepted(account, ClientOrderId(f"o{number}"), INSTRUMENT.id, OrderId(number), NOW)


def canceled(account: AccountId, filled: int, number: int = 1) -> OrderCanceled:
    return OrderCanceled(account, ClientOrderId(f"o{number}"), INSTRUMENT.id, OrderId(number), Quantity(filled), NOW)


def fill(
    account: AccountId,
    side: Side,
    quantity: int,
    *,
    trade: int = 1,
    number: int = 1,
    price: int = 10,
    total: int | None = None,
    leaves: int = 0,
    liquidity: Liquidity = TAKER,
    fee: int = 0,
    fee_currency: str = "",
) -> OrderFilled:
    """`total`: filled so far, by default this fill alone."""
    return OrderFilled(
        account,
        ClientOrderId(f"o{number}"),
        INSTRUMENT.id,
        OrderId(number),
        TradeId(trade),
        side,
        Price(price),
        Quantity(quantity),
        Quantity(total if total is not None else quantity),
        Quantity(leaves),
        liquidity,
        Money(fee),
        Currency(fee_currency or ("A" if side is BUY else "B")),
        NOW,
    )


def balances(account: AccountId, **free: int) -> BalancesReported:
    found = tuple(Balance(Currency(name), Money(amount), Money(0)) for name, amount in free.items())
    return BalancesReported(account, 1, found, NOW)
