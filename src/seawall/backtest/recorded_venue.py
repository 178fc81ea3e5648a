"""A venue whose market is a recording: takes orders like an exchange, fills them against recorded rows, and moves no price itself.

Prints and quotes. What an arriving order could trade with is the opposite quote, or before any quote the last print; there is enough of
it for every order. MARKET takes it at once, and its fill is the only report. LIMIT takes it at once if that price is its own or better.
Both pay the slippage, a LIMIT never beyond its price. What does not take rests (GTC, LIMIT_MAKER) or expires (IOC, FOK). A resting order
fills by the fill model.

Limited to the recorded volume, orders take no more than a quote shows and we have left of it, and rest into no more than a print traded or
a bar's volume; our own share it by price, then time. What a MARKET, IOC or FOK order does not get expires; of a GTC order it rests.

Bars, for instruments that nothing else tells of. A bar counts only for orders that arrived before it opened: they were there for all of
it. Whatever arrives first meets the open of such a bar: MARKET takes it, LIMIT takes it if the open is at its price or better, IOC and FOK
expire otherwise. If a quote was known at arrival, none of them trades at a better price than that quote. Orders that rest then fill by the
fill model on low or high, at their own price, a gap included: the worst that a path through the bar can do to a resting order. Nothing
rests into a fill in a bar without volume, and what is bought at the open is paid before anything sold later in the bar brings money in.

What an order meets on arrival: recorded_entry.py. Conditional orders, and those that are good till a date: recorded_conditions.py. Amends,
replacements, OCO: recorded_changes.py.

A MARKET BUY that waited for the open buys what the balance then pays for; the rest expires. A report bears the time of the row that caused
it: for a bar its close, when its open, too, becomes known.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from seawall.api.accounts import Heartbeat, Logon, OpenAccount, QueryBalances, QueryFills, QueryOpenOrders, QueryOrder
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.margin import QueryCash, QueryPositions
from seawall.api.market_data import BarClosed, QuoteChanged, Traded
from seawall.api.message import Address, Envelope, Message, Tick
from seawall.api.orders import (
    Liquidity,
    OrderFilled,
    OrderId,
    OrderStatus,
    OrderType,
    PlaceOrder,
    PlaceOrderList,
    ReplaceOrder,
    Side,
    TimeInForce,
)
from seawall.api.units import BASIS_POINTS, Money, Nanos, Price, Quantity
from seawall.api.venue_operations import QueryTradingStatus
from seawall.backtest.fill_models import DEFAULT_FILL_MODEL, FillModel
from seawall.backtest.recorded_changes import Changes
from seawall.backtest.recorded_conditions import Conditions
from seawall.backtest.recorded_depth import RecordedDepth
from seawall.backtest.recorded_entry import Entry
from seawall.backtest.recorded_fills import RecordedVenueState, expire, fill, wait, withdraw
from seawall.backtest.recorded_margin import Attention, FundingRates, RecordedMargin
from seawall.backtest.recorded_matching import Matcher
from seawall.backtest.recorded_orders import Listed, MarketState, Waiting, Waitlist
from seawall.backtest.recorded_taking import open_price, slipped
from seawall.exchange.core.floor import ExchangeState, Floor
from seawall.exchange.core.margin.queries import report_cash, report_positions
from seawall.exchange.core.queries import report_balances, report_fills, report_open_orders, report_order, report_trading_status
from seawall.exchange.core.sessions import answer_heartbeat, log_on, open_or_deposit
from seawall.runtime.books import BookBuilder
from seawall.runtime.machine import Handler

__all__ = ["MarketState", "RecordedVenue", "RecordedVenueState"]

BUY, SELL = Side.BUY, Side.SELL
MARKET, LIMIT_MAKER = OrderType.MARKET, OrderType.LIMIT_MAKER
GTC, GTD, FOK = TimeInForce.GTC, TimeInForce.GTD, TimeInForce.FOK
TAKER = Liquidity.TAKER
NEW = OrderStatus.NEW


class RecordedVenue:
    """Besides `handlers` there is a faster way in for a host's hot loop, with the same effect: it writes a row into `market(id)`, and if
    `resting(id)` is not empty it calls `on_trade`, `on_quote` or `on_bar`. Both objects stay the same until `restore`."""

    def __init__(
        self,
        address: Address,
        instruments: Sequence[Instrument],
        fill_model: FillModel = DEFAULT_FILL_MODEL,
        *,
        slippage_bps: int = 0,
        bars_only: Sequence[InstrumentId] = (),
        limited: bool | None = None,
        funding_rates: FundingRates | None = None,
    ) -> None:
        """`bars_only`: the instruments that trade by the rules for bars. `limited`: to the recorded volume; None: as the fill model wants.
        `funding_rates`: of perpetuals; those without one pay nothing.

        Raises:
            ValueError: instruments that one venue cannot list together, or a slippage outside 0 to 9,999.
        """
        if not 0 <= slippage_bps < BASIS_POINTS:
            raise ValueError(f"slippage is 0 to {BASIS_POINTS - 1} basis points, got {slippage_bps}")
        self.address = address
        self._limited = fill_model.limited if limited is None else limited
        self._slipped = partial(slipped, slippage_bps)
        self._bars_only = dict.fromkeys(bars_only)
        self._floor = floor = Floor(instruments)
        self._matcher = Matcher(floor, fill_model, limited=self._limited)
        self._depth = RecordedDepth(self._matcher)
        ledger = floor.state.ledger
        listings = {key: Listed(MarketState()) for key in floor.instruments}
        perpetuals = {key: market for key, market in floor.state.markets.items() if market.perpetual is not None}
        self._margin = RecordedMargin(floor, funding_rates or {}, self._slipped) if perpetuals else None
        self._conditions = Conditions(floor, self._margin, self._slipped, self._matcher.join, limited=self._limited)
        self._entry = Entry(floor, self._conditions, self._matcher, self._margin, slippage_bps=slippage_bps, limited=self._limited)
        self._changes = Changes(floor, self._conditions, self._matcher, self._entry.place_order)
        self.restore(RecordedVenueState(ExchangeState(ledger, perpetuals), listings, dict.fromkeys(ledger.fees, Money(0))))
        self.handlers: dict[type[Message], Handler] = {
            PlaceOrder: self._entry.place_order,
            **self._changes.handlers,
            Tick: self._tick,
            OpenAccount: partial(open_or_deposit, floor),
            Logon: partial(log_on, floor),
            Heartbeat: partial(answer_heartbeat, floor),
            QueryOrder: partial(report_order, floor),
            QueryOpenOrders: partial(report_open_orders, floor),
            QueryFills: partial(report_fills, floor),
            QueryBalances: partial(report_balances, floor),
            QueryTradingStatus: partial(report_trading_status, floor),
            Traded: self._traded,
            QuoteChanged: self._quote_changed,
            BarClosed: self._bar_closed,
            QueryPositions: partial(report_positions, floor),
            QueryCash: partial(report_cash, floor),
            **self._depth.handlers,
        }
        if self._margin is not None:
            moving = (PlaceOrder, ReplaceOrder, PlaceOrderList, OpenAccount)
            self.handlers |= {kind: partial(self._margin.after_handling, self.handlers[kind]) for kind in moving}
            self.handlers |= {Tick: self._tick, QueryPositions: self._report_positions}

    @property
    def state(self) -> RecordedVenueState:
        for waitlist in self._waitlists.values():
            if waitlist.stops and not waitlist.bars_only:
                waitlist.triggers.write_peaks()
        return self._state

    def restore(self, state: RecordedVenueState) -> None:
        self._state = state
        floor, bars_only = self._floor, self._bars_only
        floor.restore(state.desk)
        self._matcher.restore(state)
        self._waitlists = {
            key: Waitlist(floor.instruments[key], listed, bars_only=key in bars_only) for key, listed in state.listings.items()
        }
        self._depth.restore(self._waitlists)
        for listed in state.listings.values():
            for waiting in listed.orders.values():
                floor.members[waiting.order.account].open[waiting.order.client_order_id] = waiting.order
        self._conditions.restore(state, self._waitlists)
        self._entry.restore(state, self._waitlists)
        self._changes.restore(state, self._waitlists)
        self._resting: dict[InstrumentId, Mapping[OrderId, Waiting]] = {key: each.orders for key, each in self._waitlists.items()}
        if self._margin is not None:
            self._margin.restored(state, self._waitlists)
            self._resting = {key: Attention(each, self._margin) for key, each in self._waitlists.items()}

    def deadline(self) -> Nanos | None:
        """When the next order expires or funding is due; otherwise the venue acts only when an order or a row arrives."""
        expiry = self._conditions.next_expiry()
        return expiry if self._margin is None else min([at for at in (expiry, self._margin.deadline()) if at is not None], default=None)

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        return self._conditions.pass_time(now) + (self._margin.pay_funding(now) if self._margin is not None else [])

    def _report_positions(self, query: QueryPositions, now: Nanos) -> list[Envelope]:
        if self._margin is not None:
            self._margin.refresh()
        return report_positions(self._floor, query, now)

    # Rows

    def market(self, instrument: InstrumentId) -> MarketState:
        return self._waitlists[instrument].market

    def resting(self, instrument: InstrumentId) -> Mapping[OrderId, Waiting]:
        return self._resting[instrument]

    def use_book(self, instrument: InstrumentId, book: BookBuilder) -> None:
        """The instrument has recorded depth, which the host lets into `book`."""
        self._depth.use(instrument, book)

    def on_depth(self, instrument: InstrumentId, first: int, last: int, now: Nanos) -> None:
        """Rows of depth of one side of a message, already in the book: the flags of the first and of the last one."""
        self._depth.heard(instrument, first, last, now)

    def _traded(self, trade: Traded, now: Nanos) -> list[Envelope]:
        waitlist = self._waitlists.get(trade.instrument)
        if waitlist is None:
            return []
        market = waitlist.market
        market.last = trade.price
        aggressor = 1 if trade.aggressor is BUY else -1
        return self.on_trade(trade.instrument, trade.price, trade.quantity, now, aggressor) if self._resting[trade.instrument] else []

    def _quote_changed(self, quote: QuoteChanged, now: Nanos) -> list[Envelope]:
        waitlist = self._waitlists.get(quote.instrument)
        if waitlist is None:
            return []
        market, bid, bid_quantity, ask, ask_quantity = waitlist.market, quote.bid, quote.bid_quantity, quote.ask, quote.ask_quantity
        market.bid, market.bid_quantity, market.ask, market.ask_quantity = bid, bid_quantity, ask, ask_quantity
        return self.on_quote(quote.instrument, bid, bid_quantity, ask, ask_quantity, now) if self._resting[quote.instrument] else []

    def _bar_closed(self, bar: BarClosed, now: Nanos) -> list[Envelope]:
        waitlist = self._waitlists.get(bar.instrument)
        if waitlist is None:
            return []
        market = waitlist.market
        market.last = bar.close
        if not self._resting[bar.instrument]:
            return []
        return self.on_bar(bar.instrument, bar.open, bar.high, bar.low, bar.close, bar.volume, bar.open_time, now)

    def on_trade(self, instrument: InstrumentId, price: int, quantity: int, now: Nanos, aggressor: int = 0) -> list[Envelope]:
        """A print, already written into the market. `aggressor`: 1 (buy), -1 (sell), 0 (not told)."""
        waitlist = self._waitlists[instrument]
        if waitlist.bars_only:
            return []
        out = self._matcher.trade(waitlist, price, quantity, aggressor, now)
        if waitlist.stops:
            out += self._conditions.traded(waitlist, price, now)
        return out if self._margin is None else self._margin.after(waitlist, out, now)

    def on_quote(self, instrument: InstrumentId, bid: int, bid_quantity: int, ask: int, ask_quantity: int, now: Nanos) -> list[Envelope]:
        """Best bid and offer, already written into the market."""
        waitlist = self._waitlists[instrument]
        if waitlist.bars_only:
            return []
        out = self._matcher.quote(waitlist, bid, bid_quantity, ask, ask_quantity, now)
        if waitlist.stops:
            out += self._conditions.quoted(waitlist, now)
        return out if self._margin is None else self._margin.after(waitlist, out, now)

    def on_bar(
        self, instrument: InstrumentId, opened: int, high: int, low: int, close: int, volume: int, open_time: int, now: Nanos
    ) -> list[Envelope]:
        """A bar that has just closed, its close already written into the market."""
        waitlist = self._waitlists[instrument]
        if not waitlist.bars_only:
            return []
        out: list[Envelope] = []
        for waiting in list(waitlist.orders.values()):
            if not waiting.resting and waiting.arrived <= open_time:
                volume -= self._meet_open(waitlist, waiting, opened, volume, now, out)
        if waitlist.listed.lists and volume:
            volume -= self._meet_pairs(waitlist, opened, volume, Nanos(open_time), now, out)
            lost = self._conditions.bar(waitlist, opened, high, low, Nanos(open_time), volume, now, losses=True)
            volume -= self._used(lost)
            out += lost
        rested = self._matcher.bar(waitlist, low, high, volume, Nanos(open_time), now)
        out += rested
        if waitlist.stops and volume:
            volume -= self._used(rested)
            out += self._conditions.bar(waitlist, opened, high, low, Nanos(open_time), volume, now, losses=False)
        return out if self._margin is None else self._margin.after_bar(waitlist, out, low, high, now)

    def _meet_pairs(self, waitlist: Waitlist, opened: int, volume: int, open_time: Nanos, now: Nanos, out: list[Envelope]) -> int:
        """What the open itself has reached comes before the loss of any pair. Returns how much of the bar's volume it uses up."""
        met = self._matcher.bar(waitlist, opened, opened, volume, open_time, now)
        left = volume - self._used(met)
        met += self._conditions.bar(waitlist, opened, opened, opened, open_time, left, now, losses=False)
        out += met
        return self._used(met)

    def _used(self, said: list[Envelope]) -> int:
        """How much of a row's volume these fills use up."""
        return sum([each.message.quantity for each in said if isinstance(each.message, OrderFilled)]) if self._limited else 0

    def _meet_open(self, waitlist: Waitlist, waiting: Waiting, opened: int, volume: int, now: Nanos, out: list[Envelope]) -> int:
        """Returns how much of the bar's volume it uses up."""
        order, buying = waiting.order, waiting.order.side is BUY
        limit, tif = order.price, order.time_in_force
        if limit and (opened > limit if buying else opened < limit):
            if tif in (GTC, GTD):
                waiting.resting = True
                return 0
            price, lots = Price(0), Quantity(0)
        else:
            price, lots = Price(open_price(waiting, self._slipped(waiting.order.side, opened))), order.quantity
        member = self._floor.members[order.account]
        withdraw(waitlist, member, waiting)
        if buying and not limit and waitlist.instrument.margin is None:
            free = member.account.free[waitlist.instrument.quote]
            lots = Quantity(min(lots, min(free, waiting.spend or free) // (price * waitlist.instrument.tick_value)))
        if self._limited and lots > volume:
            lots = Quantity(0 if tif is FOK else volume)
        if lots:
            out.append(fill(self._state, waitlist, member, order, price, lots, TAKER, now))
        if order.leaves_quantity:
            if limit and tif in (GTC, GTD):  # There was not enough volume for all of it.
                wait(waitlist, member, Waiting(order, waiting.arrived, limit))
            else:
                out.append(expire(member, order, now))
        return lots if self._limited else 0
