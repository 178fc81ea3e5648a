"""What holds of an exchange between any two commands, and of everything it says. Found from the outside as far as possible."""

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.market_data import DepthChanged, Level, QuoteChanged, Traded
from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import (
    AccountId,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderId,
    OrderListType,
    OrderReleased,
    OrderStatus,
    OrderTriggered,
    OrderType,
    Side,
)
from seawall.api.units import PPB, Currency
from seawall.api.venue_operations import FeesChanged
from seawall.exchange.core.machine import Exchange
from seawall.exchange.core.order_book import Order
from seawall.runtime.codec import decode_message, encode
from seawall.runtime.machine import snapshot
from tests.property.exchange_commands import INSTRUMENTS

OCO = OrderListType.OCO
BY_ID = {instrument.id: instrument for instrument in INSTRUMENTS}


def check_state(exchange: Exchange) -> None:
    state = exchange.state
    locks: dict[tuple[AccountId, Currency], int] = {}
    names: dict[tuple[AccountId, str], OrderId] = {}
    for key, market in state.markets.items():
        instrument = BY_ID[key]
        bids = [order.price for order in market.orders.values() if order.side is Side.BUY]
        asks = [order.price for order in market.orders.values() if order.side is Side.SELL]
        assert not bids or not asks or max(bids) < min(asks), "the book is crossed"
        plain = [order_id for order_id, order in market.orders.items() if order.terms is None]
        assert plain == sorted(plain), "plain orders stand in the order of acceptance"
        for order_id, order in (*market.orders.items(), *market.stops.items(), *market.pending.items()):
            assert order_id == order.order_id <= state.last_order_id
            check_terms(order, order_id in market.stops, market.last_price)
            assert 0 < order.leaves_quantity <= order.quantity and order.instrument == key
            unfilled = OrderStatus.PENDING_NEW if order_id in market.pending else OrderStatus.NEW
            assert (order.status is unfilled) == (order.leaves_quantity == order.quantity)
            assert names.setdefault((order.account, order.client_order_id), order_id) == order_id, "two open orders of one name"
            pending = order_id in market.pending
            listed = market.lists[order.terms.list_id] if order.terms is not None and order.terms.list_id else None
            assert pending == (listed is not None and listed.list_type is not OCO and order_id in listed.orders[1:])
            if pending or (listed is not None and listed.list_type is OCO):
                continue
            currency, amount = (
                (instrument.quote, order.terms.locked)
                if order.terms is not None and order.terms.locked
                else (instrument.quote, order.price * order.leaves_quantity * instrument.tick_value)
                if order.side is Side.BUY
                else (instrument.base, order.leaves_quantity * instrument.lot_value)
            )
            locks[order.account, currency] = locks.get((order.account, currency), 0) + amount
        for number, whole in market.lists.items():
            orders = [order for order_id in whole.orders if (order := market.find(order_id)) is not None]
            assert len(orders) == len(whole.orders), "a list holds while all of it is open"
            assert all(order.terms is not None and order.terms.list_id == number for order in orders)
            if whole.list_type is not OCO:
                assert whole.orders[0] in market.orders and not whole.locked, "its working order works and locks what it locks"
                continue
            assert all(order.leaves_quantity == orders[0].quantity and order.side is orders[0].side for order in orders)
            first = orders[0]
            currency = instrument.quote if first.side is Side.BUY else instrument.base
            locks[first.account, currency] = locks.get((first.account, currency), 0) + whole.locked
    totals = {currency: state.ledger.fees[currency] + state.ledger.outside[currency] for currency in state.ledger.fees}
    for name, account in state.ledger.accounts.items():
        for currency in totals:
            free, locked = account.free[currency], account.locked[currency]
            assert free >= 0 and locked == locks.get((name, currency), 0), "locked is what the open orders may spend"
            totals[currency] += free + locked
    assert not any(totals.values()), f"money appeared or vanished: {totals}"
    snapshot(exchange)


def check_terms(order: Order, waits: bool, last: int) -> None:
    terms = order.terms
    if terms is None:
        assert not waits
        return
    assert not waits or (not terms.triggered and order.leaves_quantity == order.quantity), "what waits has not begun"
    assert 0 <= terms.hidden < order.leaves_quantity and (
        not terms.hidden or order.leaves_quantity - terms.hidden <= terms.display_quantity
    )
    assert not terms.locked or waits
    if waits and terms.peak:
        worst = terms.peak * (10_000 - terms.trailing_delta_bps if order.side is Side.SELL else 10_000 + terms.trailing_delta_bps)
        assert last * 10_000 > worst if order.side is Side.SELL else last * 10_000 < worst, "a trailing stop was passed"
        assert last <= terms.peak if order.side is Side.SELL else last >= terms.peak, "a better price was missed"
    elif waits and terms.stop_price and last:
        rises = (order.side is Side.BUY) == (order.order_type in (OrderType.STOP_LOSS, OrderType.STOP_LOSS_LIMIT))
        assert last < terms.stop_price if rises else last > terms.stop_price, "a stop price was passed"


class Listener:
    """Hears everything an exchange says, and complains about what does not fit together."""

    def __init__(self) -> None:
        self.levels: dict[tuple[InstrumentId, Side], dict[int, int]] = {}
        self.update_ids: dict[InstrumentId, int] = {}
        self.trade_ids: dict[InstrumentId, int] = {}
        self.leaves: dict[OrderId, int | None] = {}  # None: unknown until the first fill.
        self.filled: dict[OrderId, int] = {}
        self.done: dict[OrderId, None] = {}
        self.triggered: dict[OrderId, None] = {}
        self.released: dict[OrderId, None] = {}
        self.instruments = dict(BY_ID)

    def hear(self, envelopes: list[Envelope]) -> None:
        quote: QuoteChanged | None = None
        for envelope in envelopes:
            message = envelope.message
            assert decode_message(encode(message)) == message
            assert (envelope.target == PUBLIC) == isinstance(message, Traded | QuoteChanged | DepthChanged) or not hasattr(
                message, "account"
            )
            match message:
                case OrderAccepted():
                    assert message.order_id not in self.filled
                    self.filled[message.order_id] = 0
                case OrderFilled():
                    self._fill(message)
                case OrderAmended():
                    assert message.quantity == self.filled[message.order_id] + message.leaves_quantity
                    assert message.leaves_quantity > 0 and message.order_id not in self.done
                    self.leaves[message.order_id] = message.quantity
                case OrderTriggered():
                    assert message.order_id not in self.triggered and not self.filled[message.order_id]
                    self.triggered[message.order_id] = None
                case FeesChanged():
                    fees = {"maker_fee_ppb": message.maker_fee_ppb, "taker_fee_ppb": message.taker_fee_ppb}
                    self.instruments[message.instrument] = msgspec.structs.replace(self.instruments[message.instrument], **fees)
                case OrderReleased():
                    assert message.order_id not in self.released and not self.filled[message.order_id]
                    self.released[message.order_id] = None
                case OrderCanceled() | OrderExpired():
                    self._end(message.order_id)
                    assert message.cumulative_quantity == self.filled[message.order_id]
                case Traded():
                    assert message.trade_id == self.trade_ids.get(message.instrument, 0) + 1
                    self.trade_ids[message.instrument] = message.trade_id
                case QuoteChanged():
                    quote = message
                case DepthChanged():
                    before = self.top(message.instrument)
                    self._depth(message)
                    now = self.top(message.instrument)
                    assert (quote is not None) == (now != before), "a quote if, and only if, the top of the book has changed"
                    assert quote is None or (quote.bid, quote.bid_quantity, quote.ask, quote.ask_quantity) == now
                    quote = None
        assert quote is None, "no quote without depth"

    def _end(self, order_id: OrderId) -> None:
        assert order_id not in self.done, "an order ends once"
        self.done[order_id] = None

    def _fill(self, fill: OrderFilled) -> None:
        instrument = self.instruments[fill.instrument]
        self.filled[fill.order_id] += fill.quantity
        assert fill.quantity > 0 and fill.leaves_quantity >= 0 and fill.order_id not in self.done
        assert fill.cumulative_quantity == self.filled[fill.order_id]
        total = fill.cumulative_quantity + fill.leaves_quantity
        assert self.leaves.setdefault(fill.order_id, total) == total, "filled plus open is what was ordered"
        assert (fill.fee_currency, fill.fee) == fee_of(instrument, fill)
        if not fill.leaves_quantity:
            self._end(fill.order_id)

    def _depth(self, depth: DepthChanged) -> None:
        assert depth.first_update_id == self.update_ids.get(depth.instrument, 0) + 1
        assert depth.final_update_id >= depth.first_update_id and (depth.bids or depth.asks)
        self.update_ids[depth.instrument] = depth.final_update_id
        for side, levels in ((Side.BUY, depth.bids), (Side.SELL, depth.asks)):
            book = self.levels.setdefault((depth.instrument, side), {})
            for level in levels:
                assert book.get(level.price, 0) != level.quantity, "a level is told of when it has changed"
                if level.quantity:
                    book[level.price] = level.quantity
                else:
                    del book[level.price]

    def side(self, instrument: InstrumentId, side: Side) -> tuple[Level, ...]:
        """What the diffs have made of one side, best first."""
        book = self.levels.get((instrument, side), {})
        return tuple(Level(price, book[price]) for price in sorted(book, reverse=side is Side.BUY))  # type: ignore[arg-type]

    def top(self, instrument: InstrumentId) -> tuple[int, ...]:
        bids, asks = self.side(instrument, Side.BUY), self.side(instrument, Side.SELL)
        bid, ask = bids[0] if bids else None, asks[0] if asks else None
        return (*((bid.price, bid.quantity) if bid else (0, 0)), *((ask.price, ask.quantity) if ask else (0, 0)))


def fee_of(instrument: Instrument, fill: OrderFilled) -> tuple[Currency, int]:
    """Of the received asset, rounded up."""
    ppb = instrument.maker_fee_ppb if fill.liquidity == "maker" else instrument.taker_fee_ppb
    if fill.side is Side.BUY:
        return instrument.base, -(-fill.quantity * instrument.lot_value * ppb // PPB)
    return instrument.quote, -(-fill.price * fill.quantity * instrument.tick_value * ppb // PPB)
