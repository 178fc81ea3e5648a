"""A recorded venue with one client and one instrument, in whole units: a tick is 1 USD, a lot is 1 BTC, fees are 0 unless given."""

from typing import Any

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import InstrumentId, define_spot
from seawall.api.market_data import BarClosed, DepthChanged, DepthReported, Level, QuoteChanged, Traded
from seawall.api.message import Address, Message
from seawall.api.orders import (
    AccountId,
    AmendOrder,
    AmendRejected,
    CancelOrder,
    CancelRejected,
    ClientOrderId,
    OrderFilled,
    OrderListType,
    OrderRejected,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    ReplaceOrder,
    Side,
    TradeId,
)
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.backtest.fill_models import FillModel, trade_through
from seawall.backtest.recorded_venue import RecordedVenue
from seawall.runtime.machine import handle

ACCOUNT, CLIENT = AccountId("main"), Address("engine")
BTC, USD = Currency("BTC"), Currency("USD")
BAR = 60


class Desk:
    def __init__(
        self,
        fill_model: FillModel = trade_through,
        *,
        bars: bool = False,
        limited: bool | None = None,
        slippage_bps: int = 0,
        usd: int = 10_000,
        btc: int = 100,
        **units: Any,
    ) -> None:
        units = {"tick": "1", "lot": "1", "base_decimals": 0, "quote_decimals": 0, "maker_fee": "0", "taker_fee": "0", **units}
        self.instrument = define_spot("v", "BTC-USD", **units)
        self.id: InstrumentId = self.instrument.id
        only = [self.id] if bars else []
        self.venue = RecordedVenue(
            Address("venue:v"), [self.instrument], fill_model, slippage_bps=slippage_bps, bars_only=only, limited=limited
        )
        self.now = Nanos(0)
        self.placed = 0
        self.update_id = 0  # Of the last message of depth.
        self.tell(OpenAccount(ACCOUNT, CLIENT, {BTC: Money(btc), USD: Money(usd)}))

    def tell(self, message: Message) -> list[Message]:
        """What the venue answers."""
        return [envelope.message for envelope in handle(self.venue, message, self.now)]

    def place(self, side: Side, order_type: OrderType, quantity: int = 0, price: int = 0, **fields: Any) -> list[Message]:
        return self.tell(self.request(side, order_type, quantity, price, **fields))

    def request(self, side: Side, order_type: OrderType, quantity: int = 0, price: int = 0, **fields: Any) -> PlaceOrder:
        self.placed += 1
        client_order_id = fields.pop("client_order_id", ClientOrderId(f"c{self.placed}"))
        return PlaceOrder(ACCOUNT, client_order_id, self.id, side, order_type, quantity=Quantity(quantity), price=Price(price), **fields)

    def buy(self, quantity: int, price: int = 0, **fields: Any) -> list[Message]:
        """LIMIT with a price, else MARKET."""
        return self.place(Side.BUY, fields.pop("order_type", OrderType.LIMIT if price else OrderType.MARKET), quantity, price, **fields)

    def sell(self, quantity: int, price: int = 0, **fields: Any) -> list[Message]:
        return self.place(Side.SELL, fields.pop("order_type", OrderType.LIMIT if price else OrderType.MARKET), quantity, price, **fields)

    def cancel(self, number: int) -> list[Message]:
        """The `number`th order placed."""
        return self.tell(CancelOrder(ACCOUNT, ClientOrderId(f"c{number}"), self.id))

    def amend(self, number: int, quantity: int) -> list[Message]:
        return self.tell(AmendOrder(ACCOUNT, ClientOrderId(f"c{number}"), self.id, Quantity(quantity)))

    def replace(self, number: int, side: Side, quantity: int, price: int, known: int | None = None, **fields: Any) -> list[Message]:
        """By a limit order. `known`: lots filled of the old one, as far as the sender knows."""
        new = self.request(side, fields.pop("order_type", OrderType.LIMIT), quantity, price, **fields)
        filled = Quantity(known) if known is not None else None
        return self.tell(ReplaceOrder(ACCOUNT, ClientOrderId(f"c{number}"), self.id, new, cumulative_quantity=filled))

    def oco(self, side: Side, quantity: int, limit: int, stop: int, **fields: Any) -> list[Message]:
        """A limit_maker order and a stop loss."""
        first = self.request(side, OrderType.LIMIT_MAKER, quantity, limit)
        second = self.request(side, fields.pop("order_type", OrderType.STOP_LOSS), quantity, 0, stop_price=Price(stop), **fields)
        return self.tell(PlaceOrderList(ACCOUNT, self.id, OrderListType.OCO, (first, second)))

    def trade(self, price: int, quantity: int = 1, aggressor: Side = Side.BUY) -> list[Message]:
        return self.tell(Traded(self.id, TradeId(0), Price(price), Quantity(quantity), aggressor, self.now))

    def quote(self, bid: int, ask: int, bid_quantity: int = 1, ask_quantity: int = 1) -> list[Message]:
        sizes = Quantity(bid_quantity if bid else 0), Quantity(ask_quantity if ask else 0)
        return self.tell(QuoteChanged(self.id, 0, Price(bid), sizes[0], Price(ask), sizes[1], self.now))

    def bar(self, opened: int, high: int, low: int, close: int, volume: int = 10) -> list[Message]:
        """The bar that opens now; time moves on to its close."""
        open_time, self.now = self.now, Nanos(self.now + BAR)
        prices = Price(opened), Price(high), Price(low), Price(close)
        return self.tell(BarClosed(self.id, open_time, self.now, *prices, Quantity(volume)))

    def snapshot(self, bids: dict[int, int], asks: dict[int, int]) -> list[Message]:
        """Price -> quantity."""
        self.update_id += 1
        return self.tell(DepthReported(self.id, self.update_id, levels(bids), levels(asks), self.now))

    def depth(self, bids: dict[int, int], asks: dict[int, int], missed: int = 0) -> list[Message]:
        """A difference, after so many that were not heard."""
        first = self.update_id = self.update_id + 1 + missed
        return self.tell(DepthChanged(self.id, first, first, levels(bids), levels(asks), self.now))

    def balances(self) -> tuple[int, int, int, int]:
        """USD free, USD locked, BTC free, BTC locked."""
        account = self.venue.state.desk.ledger.accounts[ACCOUNT]
        return account.free[USD], account.locked[USD], account.free[BTC], account.locked[BTC]

    def total(self, currency: Currency) -> int:
        """Of all money of the currency, wherever it is: always nothing."""
        state = self.venue.state
        pockets = [state.recording, state.desk.ledger.fees, state.desk.ledger.outside]
        for account in state.desk.ledger.accounts.values():
            pockets += [account.free, account.locked]
        return sum(pocket[currency] for pocket in pockets)


def levels(side: dict[int, int]) -> tuple[Level, ...]:
    return tuple(Level(Price(price), Quantity(quantity)) for price, quantity in side.items())


def brief(messages: list[Message]) -> list[str]:
    """Each report in a few words: "filled 3 at 100 taker", "rejected notional"."""
    return [_in_words(message) for message in messages]


def _in_words(message: Message) -> str:
    match message:
        case OrderFilled():
            return f"filled {message.quantity} at {message.price} {message.liquidity}"
        case OrderRejected() | CancelRejected() | AmendRejected():
            return f"rejected {message.reason}"
        case _:
            return type(message).__name__.removeprefix("Order").lower()
