"""An exchange to talk to in short words: who does what, and what is said about it."""

from typing import Any

from seawall.api.accounts import BalancesReported, OpenAccount, QueryBalances
from seawall.api.instruments import Instrument, InstrumentId, define_spot
from seawall.api.message import PUBLIC, Address, Message
from seawall.api.orders import (
    AccountId,
    AmendRejected,
    CancelOrder,
    CancelRejected,
    ClientOrderId,
    ExpiryReason,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReleased,
    OrderTriggered,
    OrderType,
    PlaceOrder,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.runtime.machine import handle

BTC, USDT = Currency("BTC"), Currency("USDT")
NOW = Nanos(1_000)

# One lot is one minor unit of BTC, one tick times one lot one of USDT: amounts can be read off prices and quantities.
BTC_USDT = define_spot("test", "BTC-USDT", tick="1", lot="1", maker_fee="0", taker_fee="0", base_decimals=0, quote_decimals=0)
ETH_USDT = define_spot("test", "ETH-USDT", tick="1", lot="1", maker_fee="0", taker_fee="0", base_decimals=0, quote_decimals=0)


class Venue:
    """Alice and Bob have a million of either currency; their reports go to `trader:alice` and `trader:bob`."""

    def __init__(self, *instruments: Instrument) -> None:
        self.exchange = Exchange(Address("venue:test"), instruments or (BTC_USDT,))
        self.names = 0
        self.reopen()

    def reopen(self) -> None:
        for name in ("alice", "bob"):
            self.send(OpenAccount(AccountId(name), Address(f"trader:{name}"), {BTC: Money(10**6), USDT: Money(10**6)}))

    def send(self, message: Message, now: int = NOW) -> list[tuple[str, Message]]:
        """Everything the exchange says: to whom, and what."""
        return [(envelope.target, envelope.message) for envelope in handle(self.exchange, message, Nanos(now))]

    def order(
        self,
        account: str,
        side: str,
        price: int = 0,
        quantity: int = 0,
        order_type: str = "limit",
        time_in_force: str = "gtc",
        *,
        name: str = "",
        quote_quantity: int = 0,
        valid_until: int = 0,
        instrument: InstrumentId = BTC_USDT.id,
        **terms: Any,
    ) -> list[str]:
        """Places an order, named 1, 2, 3 ... unless told otherwise, and tells what is said in `words`."""
        return self.say(
            self.request(account, side, price, quantity, order_type, time_in_force, name, quote_quantity, valid_until, instrument, **terms)
        )

    def say(self, message: Message, now: int = NOW) -> list[str]:
        return [words(target, told) for target, told in self.send(message, now) if target != PUBLIC]

    def request(
        self,
        account: str,
        side: str,
        price: int = 0,
        quantity: int = 0,
        order_type: str = "limit",
        time_in_force: str = "gtc",
        name: str = "",
        quote_quantity: int = 0,
        valid_until: int = 0,
        instrument: InstrumentId = BTC_USDT.id,
        **terms: Any,
    ) -> PlaceOrder:
        self.names += 1
        if "self_trade_prevention" in terms:
            terms["self_trade_prevention"] = SelfTradePrevention(terms["self_trade_prevention"])
        return PlaceOrder(
            AccountId(account),
            ClientOrderId(name or str(self.names)),
            instrument,
            Side(side),
            OrderType(order_type),
            TimeInForce(time_in_force),
            Quantity(quantity),
            Price(price),
            Money(quote_quantity),
            Nanos(valid_until),
            **terms,
        )

    def cancel(self, account: str, name: str, instrument: InstrumentId = BTC_USDT.id) -> list[str]:
        answers = self.send(CancelOrder(AccountId(account), ClientOrderId(name), instrument))
        return [words(target, message) for target, message in answers if target != PUBLIC]

    def balances(self, account: str) -> str:
        """Free and locked, of each currency."""
        ((_, report),) = self.send(QueryBalances(AccountId(account), 1))
        assert isinstance(report, BalancesReported)
        return ", ".join(f"{balance.currency} {balance.free}+{balance.locked}" for balance in report.balances)

    def book(self) -> str:
        book = self.exchange._floor.listings[BTC_USDT.id].book
        bids, asks = (" ".join(f"{price}x{quantity}" for price, quantity in book.depth(side)) for side in Side)
        return f"{bids} | {asks}"


def words(target: str, message: Message) -> str:
    """ "alice 3 filled 5 at 101 leaves 2 maker": whose order, by client order id, and what became of it."""
    match message:
        case OrderAccepted():
            told = "accepted"
        case OrderRejected():
            told = f"rejected {message.reason}: {message.detail}"
        case OrderFilled():
            told = f"filled {message.quantity} at {message.price} leaves {message.leaves_quantity} {message.liquidity}"
        case OrderCanceled():
            told = f"canceled after {message.cumulative_quantity}"
        case OrderExpired():
            told = f"expired after {message.cumulative_quantity}"
            if message.reason is not ExpiryReason.TIME_IN_FORCE:
                told += f": {message.reason}"
        case OrderAmended():
            told = f"amended to {message.quantity} leaves {message.leaves_quantity}"
        case AmendRejected():
            told = f"not amended: {message.reason}"
        case CancelRejected():
            told = f"not canceled: {message.reason}"
        case OrderTriggered():
            told = "triggered"
        case OrderReleased():
            told = "released"
        case _:
            return repr(message)
    assert target == f"trader:{message.account}", "reports go to the owner of the account"
    return f"{message.account} {message.client_order_id} {told}"
