"""Command sequences for an exchange: mostly what clients mean to send, some of it nonsense."""

import msgspec
from hypothesis import strategies as st

from seawall.api.accounts import Heartbeat, Logon, OpenAccount, QueryBalances, QueryFills, QueryOpenOrders, QueryOrder
from seawall.api.instruments import Filters, InstrumentId, PriceBands, VelocityPause, define_spot
from seawall.api.market_data import QueryDepth
from seawall.api.message import Address, Message
from seawall.api.orders import (
    AccountId,
    AmendOrder,
    CancelOrder,
    ClientOrderId,
    OrderListType,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    ReplaceMode,
    ReplaceOrder,
    SelfTradePrevention,
    Side,
    TimeInForce,
    TradeId,
)
from seawall.api.rate_limits import RateLimit, RateLimitKind, RateLimits
from seawall.api.units import Currency, Money, Nanos, Price, Quantity
from seawall.api.venue_operations import CancelAccountOrders, ChangeFees, ChangeFilters, ChangeRateLimits, HaltInstrument, ResumeInstrument
from seawall.exchange.core.machine import Exchange

# Three currencies in a triangle, fees of every kind, a filter here and there. Their units are small: rounding shows.
INSTRUMENTS = (
    define_spot("x", "BTC-USDT", tick="0.01", lot="0.001", maker_fee="-0.0001", taker_fee="0.001", base_decimals=3, quote_decimals=5),
    define_spot(
        "x", "ETH-USDT", tick="0.1", lot="0.01", maker_fee="0", taker_fee="0.3", base_decimals=2, quote_decimals=5, min_price="9.6"
    ),
    define_spot("x", "ETH-BTC", tick="0.1", lot="0.01", maker_fee="1", base_decimals=2, quote_decimals=3, max_quantity="0.15"),
)
BOUNDED = {
    "price_bands": PriceBands(150, window=Nanos(20), patience=Nanos(3), pause=Nanos(5)),
    "velocity_pause": VelocityPause(200, within=Nanos(5), pause=Nanos(3)),
}
INSTRUMENTS = (*INSTRUMENTS[:2], msgspec.structs.replace(INSTRUMENTS[2], **BOUNDED))
NAMES = ("alice", "bob", "carol")
FUNDS = {Currency("BTC"): Money(3_000), Currency("ETH"): Money(60), Currency("USDT"): Money(50_000)}  # Enough for some orders, not for all.


def weighted(*choices: tuple[int, st.SearchStrategy[Message]]) -> st.SearchStrategy[Message]:
    """one_of takes every strategy once, however often it is named."""
    return st.sampled_from([strategy for weight, strategy in choices for _ in range(weight)]).flatmap(lambda strategy: strategy)


MEMBERS = st.sampled_from([AccountId(name) for name in NAMES])
ACCOUNTS = st.sampled_from([AccountId(name) for name in (*NAMES, "stranger")])
IDS = st.sampled_from([ClientOrderId(name) for name in "abcdefgh"])
ANY_ID = st.sampled_from([ClientOrderId(name) for name in "abcdefghijklmn"])
LISTED = st.sampled_from([instrument.id for instrument in INSTRUMENTS] + [INSTRUMENTS[0].id] * 5)
SIDES, TYPES, TIMES = st.sampled_from(Side), st.sampled_from(OrderType), st.sampled_from(TimeInForce)
PRICES = st.integers(95, 105).map(Price)
QUANTITIES = st.integers(1, 20).map(Quantity)

GTC_LIMIT = (st.just(OrderType.LIMIT), st.just(TimeInForce.GTC))
BID = st.builds(PlaceOrder, MEMBERS, IDS, LISTED, st.just(Side.BUY), *GTC_LIMIT, QUANTITIES, st.integers(95, 100).map(Price))
OFFER = st.builds(PlaceOrder, MEMBERS, IDS, LISTED, st.just(Side.SELL), *GTC_LIMIT, QUANTITIES, st.integers(100, 105).map(Price))
ORDER = st.builds(PlaceOrder, ACCOUNTS, IDS, LISTED, SIDES, TYPES, TIMES, QUANTITIES, PRICES)
LIMIT_MAKER = st.builds(
    PlaceOrder, MEMBERS, IDS, LISTED, SIDES, st.just(OrderType.LIMIT_MAKER), st.just(TimeInForce.GTC), QUANTITIES, PRICES
)
MARKET = st.builds(PlaceOrder, MEMBERS, IDS, LISTED, SIDES, st.just(OrderType.MARKET), quantity=QUANTITIES)
BY_AMOUNT = st.builds(PlaceOrder, MEMBERS, IDS, LISTED, SIDES, st.just(OrderType.MARKET), quote_quantity=st.integers(1, 5_000).map(Money))
STP = st.sampled_from(SelfTradePrevention)
STOP = st.builds(
    PlaceOrder,
    MEMBERS,
    IDS,
    LISTED,
    SIDES,
    st.sampled_from([OrderType.STOP_LOSS, OrderType.TAKE_PROFIT]),
    quantity=QUANTITIES,
    stop_price=PRICES,
    trailing_delta_bps=st.sampled_from([0, 0, 100, 300]),
    self_trade_prevention=STP,
)
STOP_LIMIT = st.builds(
    PlaceOrder,
    MEMBERS,
    IDS,
    LISTED,
    SIDES,
    st.sampled_from([OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT]),
    st.sampled_from([TimeInForce.GTC, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]),
    quantity=QUANTITIES,
    price=PRICES,
    stop_price=PRICES,
    self_trade_prevention=STP,
)
TRAILING = st.builds(
    PlaceOrder,
    MEMBERS,
    IDS,
    LISTED,
    SIDES,
    st.sampled_from([OrderType.STOP_LOSS, OrderType.TAKE_PROFIT]),
    quantity=st.integers(1, 5).map(Quantity),
    trailing_delta_bps=st.sampled_from([50, 100, 200, 400]),
)
ICEBERG = st.builds(
    PlaceOrder,
    MEMBERS,
    IDS,
    LISTED,
    SIDES,
    st.sampled_from([OrderType.LIMIT, OrderType.LIMIT, OrderType.LIMIT_MAKER]),
    quantity=st.integers(3, 20).map(Quantity),
    price=PRICES,
    display_quantity=st.integers(1, 3).map(Quantity),
    self_trade_prevention=STP,
)
GOOD_TILL = st.builds(
    PlaceOrder,
    MEMBERS,
    IDS,
    LISTED,
    SIDES,
    st.sampled_from([OrderType.LIMIT, OrderType.LIMIT_MAKER]),
    st.just(TimeInForce.GTD),
    QUANTITIES,
    PRICES,
    expire_time=st.integers(5, 60).map(Nanos),
)
PREVENTING = st.builds(
    PlaceOrder,
    MEMBERS,
    IDS,
    LISTED,
    SIDES,
    st.sampled_from([OrderType.LIMIT, OrderType.LIMIT_MAKER]),
    st.sampled_from([TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK]),
    QUANTITIES,
    PRICES,
    self_trade_prevention=STP,
)
MARKET_PREVENTING = st.builds(
    PlaceOrder, MEMBERS, IDS, LISTED, SIDES, st.just(OrderType.MARKET), quantity=QUANTITIES, self_trade_prevention=STP
)
CANCEL = st.builds(CancelOrder, MEMBERS, ANY_ID, LISTED)
QUERY = st.one_of(
    st.builds(QueryOrder, ACCOUNTS, st.just(1), LISTED, IDS),
    st.builds(QueryOpenOrders, ACCOUNTS, st.just(2)),
    st.builds(QueryFills, ACCOUNTS, st.just(3), LISTED, st.integers(0, 20).map(TradeId), st.integers(0, 5)),
    st.builds(QueryBalances, ACCOUNTS, st.just(4)),
    st.builds(QueryDepth, LISTED, st.integers(1, 5), st.just(Address("trader:alice"))),
)

NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.integers(-2, 200) | st.sampled_from([2**31, 2**32, 2**53, 2**62, 2**63 - 1, 2**63])
TEXTS = st.text(max_size=70)
SOME_ACCOUNT = ACCOUNTS | TEXTS.map(AccountId)
SOME_ID = IDS | TEXTS.map(ClientOrderId)
SOME_INSTRUMENT = LISTED | TEXTS.map(InstrumentId)
SOME_AMOUNTS = st.dictionaries(st.sampled_from(list(FUNDS)) | TEXTS.map(Currency), NUMBERS.map(Money), max_size=3)
# All that the wire can carry. Validity is mostly left open, or nothing else would ever be looked at.
NONSENSE = st.one_of(
    st.builds(
        PlaceOrder,
        SOME_ACCOUNT,
        SOME_ID,
        SOME_INSTRUMENT,
        SIDES,
        TYPES,
        TIMES,
        NUMBERS.map(Quantity),
        NUMBERS.map(Price),
        (st.just(0) | NUMBERS).map(Money),
        (st.just(0) | NUMBERS).map(Nanos),
        stop_price=(st.just(0) | NUMBERS).map(Price),
        trailing_delta_bps=st.just(0) | NUMBERS,
        display_quantity=(st.just(0) | NUMBERS).map(Quantity),
        expire_time=(st.just(0) | NUMBERS).map(Nanos),
        reduce_only=st.sampled_from([False, False, True]),
        self_trade_prevention=STP,
    ),
    st.builds(CancelOrder, SOME_ACCOUNT, SOME_ID, SOME_INSTRUMENT, NUMBERS.map(Nanos)),
    st.builds(AmendOrder, SOME_ACCOUNT, SOME_ID, SOME_INSTRUMENT, NUMBERS.map(Quantity), NUMBERS.map(Nanos)),
    st.builds(ReplaceOrder, SOME_ACCOUNT, SOME_ID, SOME_INSTRUMENT, ORDER, st.sampled_from(ReplaceMode), NUMBERS.map(Nanos)),
    st.builds(PlaceOrderList, SOME_ACCOUNT, SOME_INSTRUMENT, st.sampled_from(OrderListType), st.lists(ORDER, max_size=3).map(tuple)),
    st.builds(OpenAccount, SOME_ACCOUNT, TEXTS.map(Address), SOME_AMOUNTS),
    st.builds(OpenAccount, ACCOUNTS, st.sampled_from([Address(f"trader:{name}") for name in NAMES]), SOME_AMOUNTS),
    st.builds(QueryOrder, SOME_ACCOUNT, NUMBERS, SOME_INSTRUMENT, SOME_ID),
    st.builds(QueryFills, SOME_ACCOUNT, NUMBERS, SOME_INSTRUMENT, NUMBERS.map(TradeId), NUMBERS),
    st.builds(QueryDepth, SOME_INSTRUMENT, NUMBERS, TEXTS.map(Address)),
    st.builds(Logon, SOME_ACCOUNT, NUMBERS, NUMBERS.map(Nanos)),
    st.builds(Heartbeat, SOME_ACCOUNT, NUMBERS),
)

AMEND = st.builds(AmendOrder, MEMBERS, ANY_ID, LISTED, st.integers(0, 8).map(Quantity))


@st.composite
def replacing(draw: st.DrawFn) -> ReplaceOrder:
    new = draw(st.one_of(BID, OFFER, STOP_LIMIT, ICEBERG, MARKET))
    return ReplaceOrder(new.account, draw(IDS), new.instrument, new, draw(st.sampled_from(ReplaceMode)))


@st.composite
def one_cancels_other(draw: st.DrawFn) -> PlaceOrderList:
    account, instrument, side, quantity = draw(MEMBERS), draw(LISTED), draw(SIDES), draw(QUANTITIES)
    first, second = draw(st.permutations("abcdefgh"))[:2]
    limit = PlaceOrder(
        account, ClientOrderId(first), instrument, side, OrderType.LIMIT_MAKER, quantity=quantity, price=draw(PRICES),
        display_quantity=draw(st.sampled_from([0, 0, 1])),
    )  # fmt: skip
    kind, price = draw(st.sampled_from([(OrderType.STOP_LOSS, 0), (OrderType.STOP_LOSS_LIMIT, draw(PRICES))]))
    stop = PlaceOrder(
        account, ClientOrderId(second), instrument, side, kind, quantity=quantity, price=Price(price), stop_price=draw(PRICES),
        trailing_delta_bps=draw(st.sampled_from([0, 0, 200])),
    )  # fmt: skip
    return PlaceOrderList(account, instrument, OrderListType.OCO, draw(st.sampled_from([(limit, stop), (stop, limit)])))


@st.composite
def one_triggers_another(draw: st.DrawFn) -> PlaceOrderList:
    """Or two that cancel each other."""
    pair = draw(one_cancels_other())
    account, instrument = pair.account, pair.instrument
    first, second, third = (ClientOrderId(name) for name in draw(st.permutations("ijklmn"))[:3])
    side, crossing = draw(st.sampled_from([(Side.BUY, 103), (Side.SELL, 97)]))
    kind = draw(st.sampled_from([OrderType.LIMIT, OrderType.LIMIT_MAKER]))
    working = PlaceOrder(
        account, first, instrument, side, kind,
        quantity=Quantity(draw(st.integers(1, 3))), price=Price(draw(st.sampled_from([crossing, 100]))),
        time_in_force=draw(st.sampled_from([TimeInForce.GTC, TimeInForce.IOC])) if kind is OrderType.LIMIT else TimeInForce.GTC,
    )  # fmt: skip
    if draw(st.booleans()):
        pair_of = [msgspec.structs.replace(order, client_order_id=name) for order, name in zip(pair.orders, (second, third), strict=True)]
        return PlaceOrderList(account, instrument, OrderListType.OTOCO, (working, *pair_of))
    single = draw(st.one_of(BID, OFFER, STOP, STOP_LIMIT, ICEBERG, GOOD_TILL, MARKET, PREVENTING))
    single = msgspec.structs.replace(single, account=account, instrument=instrument, client_order_id=second)
    return PlaceOrderList(account, instrument, OrderListType.OTO, (working, single))


OPERATOR = st.sampled_from(
    [
        HaltInstrument(INSTRUMENTS[2].id, "olga", "test"),
        ResumeInstrument(INSTRUMENTS[2].id, "olga", "test"),
        ChangeFilters(INSTRUMENTS[0].id, Filters(price_step=2, quantity_step=3, max_open_orders=9), "olga", "test"),
        ChangeFilters(INSTRUMENTS[0].id, Filters(), "olga", "test"),
        ChangeFees(INSTRUMENTS[0].id, 10**6, -(10**5), "olga", "test"),
        ChangeRateLimits(RateLimits((RateLimit(RateLimitKind.ORDERS, Nanos(6), 2),), patience=1, ban=Nanos(3)), "olga", "test"),
        ChangeRateLimits(RateLimits(), "olga", "test"),
        ChangeRateLimits(RateLimits(), "olga", "test"),
        *(CancelAccountOrders(AccountId(name), "olga", "test") for name in NAMES[:1]),
    ]
)
SESSION = st.one_of(st.builds(Logon, MEMBERS, st.just(1), st.integers(0, 40).map(Nanos)), st.builds(Heartbeat, MEMBERS, st.just(1)))
SPECIAL = weighted(
    (1, OPERATOR), (3, SESSION),
    (4, one_cancels_other()), (5, one_triggers_another()), (6, AMEND), (2, replacing()),
    (3, STOP), (2, STOP_LIMIT), (2, TRAILING), (3, ICEBERG), (2, GOOD_TILL), (3, PREVENTING), (1, MARKET_PREVENTING),
)  # fmt: skip
SENSIBLE = weighted((4, BID), (4, OFFER), (2, ORDER), (1, LIMIT_MAKER), (1, MARKET), (1, BY_AMOUNT), (4, CANCEL), (6, SPECIAL))
# Long enough that books fill before they are traded away.
COMMANDS = st.lists(SENSIBLE, min_size=30, max_size=60)
COMMANDS_AND_QUERIES = st.lists(weighted((3, SENSIBLE), (1, QUERY)), min_size=20, max_size=40)
ANYTHING = st.lists(weighted((2, SENSIBLE), (1, NONSENSE)), min_size=20, max_size=60)


def opening() -> list[Message]:
    """What every sequence begins with: accounts that have something to trade with."""
    return [OpenAccount(AccountId(name), Address(f"trader:{name}"), FUNDS) for name in NAMES]


def exchange() -> Exchange:
    return Exchange(Address("venue:x"), INSTRUMENTS, rate_limits=RateLimits())
