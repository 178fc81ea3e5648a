"""What the public is told: prints, best quote, changed levels, snapshots."""

from seawall.api.market_data import DepthChanged, DepthReported, Level, QueryDepth, QuoteChanged, Traded
from seawall.api.message import PUBLIC, Address, Message
from seawall.api.orders import AccountId, CancelOrder, ClientOrderId, OrderType, PlaceOrder, Side, TimeInForce, TradeId
from seawall.api.units import Price, Quantity
from tests.unit.exchange.core.venue import BTC_USDT, ETH_USDT, NOW, Venue

ID = BTC_USDT.id


def public(venue: Venue, side: str, price: int, quantity: int, time_in_force: str = "gtc", name: str = "") -> list[Message]:
    """What the public hears of a LIMIT order of Alice's."""
    venue.names += 1
    request = PlaceOrder(
        AccountId("alice"),
        ClientOrderId(name or str(venue.names)),
        ID,
        Side(side),
        OrderType.LIMIT,
        TimeInForce(time_in_force),
        Quantity(quantity),
        Price(price),
    )
    return [message for target, message in venue.send(request) if target == PUBLIC]


def cancel(venue: Venue, name: str) -> list[Message]:
    answers = venue.send(CancelOrder(AccountId("alice"), ClientOrderId(name), ID))
    return [message for target, message in answers if target == PUBLIC]


def quote(update_id: int, bid: int, bid_quantity: int, ask: int, ask_quantity: int) -> QuoteChanged:
    return QuoteChanged(ID, update_id, Price(bid), Quantity(bid_quantity), Price(ask), Quantity(ask_quantity), NOW)


def depth(update_id: int, bids: str = "", asks: str = "") -> DepthChanged:
    return DepthChanged(ID, update_id, update_id, levels(bids), levels(asks), NOW)


def levels(text: str) -> tuple[Level, ...]:
    """ "100x5 101x0" as levels."""
    pairs = [level.split("x") for level in text.split()]
    return tuple(Level(Price(int(price)), Quantity(int(quantity))) for price, quantity in pairs)


def test_only_the_top_of_the_book_makes_a_quote() -> None:
    """A better price or more of the best one; what rests behind it changes depth alone."""
    venue = Venue()
    assert public(venue, "buy", 90, 5) == [quote(1, 90, 5, 0, 0), depth(1, bids="90x5")]
    assert public(venue, "buy", 89, 5) == [depth(2, bids="89x5")]
    assert public(venue, "buy", 90, 1) == [quote(3, 90, 6, 0, 0), depth(3, bids="90x6")]
    assert public(venue, "sell", 95, 2) == [quote(4, 90, 6, 95, 2), depth(4, asks="95x2")]
    assert public(venue, "sell", 96, 2) == [depth(5, asks="96x2")]


def test_cancels_change_levels_and_sometimes_the_quote() -> None:
    """The level that is gone has quantity 0; the next best takes its place."""
    venue = Venue()
    for name, price in (("a", 95), ("b", 95), ("c", 97), ("d", 99)):
        public(venue, "sell", price, 5, name=name)
    assert cancel(venue, "a") == [quote(5, 0, 0, 95, 5), depth(5, asks="95x5")]
    assert cancel(venue, "c") == [depth(6, asks="97x0")]
    assert cancel(venue, "b") == [quote(7, 0, 0, 99, 5), depth(7, asks="95x0")]
    assert cancel(venue, "d") == [quote(8, 0, 0, 0, 0), depth(8, asks="99x0")]


def test_a_trade_is_printed_with_its_aggressor() -> None:
    """One print per maker, ids rising by one; one depth for all levels that changed."""
    venue = Venue()
    for price in (95, 95, 97):
        public(venue, "sell", price, 2)
    said = public(venue, "buy", 97, 5)
    prints = [
        Traded(ID, TradeId(number), Price(price), Quantity(size), Side.BUY, NOW)
        for number, price, size in ((1, 95, 2), (2, 95, 2), (3, 97, 1))
    ]
    assert said == [*prints, quote(4, 0, 0, 97, 1), depth(4, asks="95x0 97x1")]


def test_a_price_may_change_sides_in_one_command() -> None:
    """The ask at 95 is taken whole and what is left rests there as a bid: both are told."""
    venue = Venue()
    public(venue, "sell", 95, 2)
    assert public(venue, "buy", 95, 7)[1:] == [quote(2, 95, 5, 0, 0), depth(2, bids="95x5", asks="95x0")]


def test_what_does_not_change_the_book_is_not_published() -> None:
    """A rejection, an IOC that finds nothing."""
    venue = Venue()
    public(venue, "buy", 90, 5)
    assert public(venue, "sell", 91, 5, "ioc") == []
    assert public(venue, "sell", 91, 0) == []
    assert public(venue, "buy", 90, 1) == [quote(2, 90, 6, 0, 0), depth(2, bids="90x6")]


def test_a_snapshot_goes_to_who_asked() -> None:
    """Best levels first, with the id of the last change; nobody named means everybody."""
    venue = Venue()
    for side, price in (("buy", 90), ("buy", 92), ("buy", 91), ("sell", 99), ("sell", 97)):
        public(venue, side, price, 1)
    whole = DepthReported(ID, 5, levels("92x1 91x1 90x1"), levels("97x1 99x1"), NOW)
    assert venue.send(QueryDepth(ID, requester=Address("engine"))) == [("engine", whole)]
    assert venue.send(QueryDepth(ID, limit=2)) == [(PUBLIC, DepthReported(ID, 5, levels("92x1 91x1"), levels("97x1 99x1"), NOW))]
    assert venue.send(QueryDepth(ID, limit=-3))[0][1].bids == levels("92x1")  # type: ignore[attr-defined]
    assert venue.send(QueryDepth(ETH_USDT.id)) == []
