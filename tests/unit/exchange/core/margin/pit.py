"""A venue of perpetuals to talk to in short words. One lot at one tick is one USDT; ten times leverage, 5 % maintenance, no fees."""

from seawall.api.accounts import OpenAccount
from seawall.api.instruments import Instrument
from seawall.api.margin import (
    FundingPaid,
    IndexPriceChanged,
    LiquidationFeeCharged,
    LossCovered,
    MarginCalled,
    MarkPriceChanged,
    PositionsReported,
    QueryPositions,
)
from seawall.api.message import PUBLIC, Address, Message, Tick
from seawall.api.orders import AccountId, ClientOrderId, OrderType, PlaceOrder, Side, TimeInForce
from seawall.api.perpetuals import define_perpetual
from seawall.api.units import HOUR, SECOND, Currency, Money, Nanos, Price, Quantity
from seawall.exchange.core.machine import Exchange
from seawall.runtime.machine import handle
from tests.unit.exchange.core.venue import words

USDT = Currency("USDT")
UNITS = {"tick": "1", "lot": "1", "maker_fee": "0", "taker_fee": "0", "base_decimals": 0, "quote_decimals": 0}
BTC = define_perpetual("pit", "BTC-USDT-PERP", max_leverage="10", liquidation_fee="0", **UNITS)  # type: ignore[arg-type]
ETH = define_perpetual("pit", "ETH-USDT-PERP", max_leverage="10", liquidation_fee="0", **UNITS)  # type: ignore[arg-type]
START = Nanos(1_700_000_000 * SECOND // HOUR * HOUR)


class Pit:
    """Everybody begins with 1,000 USDT unless told otherwise."""

    def __init__(self, *instruments: Instrument, funds: dict[str, int] | None = None) -> None:
        self.exchange = Exchange(Address("venue:pit"), instruments or (BTC,))
        self.now = START
        self.names = 0
        self.public: list[Message] = []
        for name in ("alice", "bob", "carol", "dave"):
            amount = Money((funds or {}).get(name, 1_000))
            self.send(OpenAccount(AccountId(name), Address(f"trader:{name}"), {USDT: amount}))

    def send(self, message: Message) -> list[str]:
        said = []
        for envelope in handle(self.exchange, message, self.now):
            if envelope.target == PUBLIC:
                self.public.append(envelope.message)
            else:
                said.append(told(envelope.target, envelope.message))
        return said

    def order(self, account: str, side: str, price: int, quantity: int, instrument: Instrument = BTC, **more: object) -> list[str]:
        self.names += 1
        kind, tif = (OrderType.LIMIT, TimeInForce.GTC) if price else (OrderType.MARKET, TimeInForce.IOC)
        key = ClientOrderId(str(self.names))
        kind = more.pop("order_type", kind)  # type: ignore[assignment]
        tif = tif if kind is OrderType.MARKET else TimeInForce.GTC
        fields = {"quantity": Quantity(quantity), "price": Price(price)} | more
        return self.send(PlaceOrder(AccountId(account), key, instrument.id, Side(side), kind, tif, **fields))  # type: ignore[arg-type]

    def trade(self, buyer: str, seller: str, price: int, quantity: int, instrument: Instrument = BTC) -> None:
        self.order(seller, "sell", price, quantity, instrument)
        said = self.order(buyer, "buy", price, quantity, instrument)
        assert any("filled" in line for line in said), said

    def index(self, price: int, instrument: Instrument = BTC) -> None:
        self.send(IndexPriceChanged(instrument.id, Price(price), self.now))

    def wait(self, seconds: int = 1) -> list[str]:
        self.now = Nanos(self.now + seconds * SECOND)
        return self.send(Tick())

    def wallet(self, account: str) -> int:
        return self.exchange.state.ledger.accounts[AccountId(account)].free[USDT]

    def position(self, account: str, instrument: Instrument = BTC) -> tuple[int, int]:
        position = self.exchange.state.ledger.accounts[AccountId(account)].positions.get(instrument.id)
        return (position.quantity, position.cost) if position is not None else (0, 0)

    def report(self, account: str) -> PositionsReported:
        (envelope,) = handle(self.exchange, QueryPositions(AccountId(account), 7), self.now)
        assert isinstance(envelope.message, PositionsReported)
        return envelope.message

    def mark(self, instrument: Instrument = BTC) -> int:
        return next(m.mark for m in reversed(self.public) if isinstance(m, MarkPriceChanged) and m.instrument == instrument.id)

    def insure(self, amount: int) -> None:
        """Pays into the insurance fund, from outside."""
        ledger = self.exchange.state.ledger
        ledger.insurance[USDT] += amount
        ledger.outside[USDT] -= amount


def told(target: str, message: Message) -> str:
    match message:
        case FundingPaid():
            return f"{message.account} funding {message.amount}"
        case LiquidationFeeCharged():
            return f"{message.account} fee {message.amount}"
        case LossCovered():
            return f"{message.account} covered {message.amount}"
        case MarginCalled():
            return f"{message.account} called equity {message.equity} maintenance {message.maintenance}"
        case _:
            return words(target, message)
