"""The base class of every strategy. It stays pure Python and does nothing per event: that is what makes strategies fast."""

import logging
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

from seawall.runtime.rng import Rng
from seawall.strategy.book import Books, OrderBook
from seawall.strategy.events import (
    AmendWish,
    Bar,
    CancelWish,
    ExplicitOrder,
    FundingPayment,
    MarketSignal,
    OcoWish,
    OpenOrder,
    OrderFill,
    OrderIds,
    OrderUpdate,
    PriceUpdate,
    ReplaceWish,
    RiskBreach,
    Wish,
    as_datetime,
    queued_ids,
)
from seawall.strategy.oco import legs
from seawall.strategy.random import StrategyRandom

ORDER_OPTIONS = (
    "venue",
    "limit_price",
    "order_type",
    "time_in_force",
    "client_tag",
    "stop_price",
    "trailing_bps",
    "display",
    "expire_time",
    "good_for",
    "reduce_only",
    "self_trade_prevention",
)


class TradingStrategy:
    """Override `on_market_data`, and whatever else you need.

    Everything below is there before the first callback:
        config            the parameters, from YAML or the command line
        positions         symbol -> net quantity in base currency, this strategy's own fills only
        price_cache       symbol -> venue -> last price
        active_symbols    the symbols this strategy may trade
        open_orders       order id -> OpenOrder
        now, now_ns       the time of the event being handled; never read a clock
        random            a seeded random.Random; never use another
        logger            a standard logger; every record says `now_ns`
        warming_up        whether this price is history: what is said now is dropped
    """

    VERSION = "1.0.0"
    TIER = "sniper"  # What the desk's equity must have unlocked: sniper, hunter or strategist.
    PAPER_FALLBACK = False  # While a venue is unusable, trade there on paper.
    TIMER_SECONDS: float | None = None  # Call `on_timer` this often.
    DEPTH: bool = False  # Follow the order books of all symbols, for `book`.
    warm_up: timedelta | int = 0  # History to hear before it may trade: a time, or so many prices. May be set in the constructor.

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.positions: dict[str, float] = {}
        self.performance_metrics: dict[str, float] = {}
        self.price_cache: dict[str, dict[str, float]] = {}
        self.active_symbols: list[str] = []
        self.open_orders: dict[str, OpenOrder] = {}
        self.now_ns = self.trade_from_ns = 0
        self.random = StrategyRandom(Rng(0))
        self.logger = _Logger(self)
        self.outbox: list[Wish] = []
        self.order_ids = OrderIds()
        self._books: Books | None = None

    @property
    def now(self) -> datetime:
        return as_datetime(self.now_ns)

    @property
    def warming_up(self) -> bool:
        return self.now_ns < self.trade_from_ns

    def on_market_data(self, price_update: PriceUpdate) -> list[MarketSignal] | None:
        """Called with every price. What it returns becomes orders."""

    def on_order_fill(self, fill: OrderFill) -> None:
        """Called when one of this strategy's orders traded; `positions` already includes it."""

    def on_risk_breach(self, breach: RiskBreach) -> None:
        """Called when a risk check refused one of this strategy's orders."""

    def on_bar(self, bar: Bar) -> list[MarketSignal] | None:
        """Called with every finished bar, after `on_market_data` has seen its close."""

    def on_timer(self) -> list[MarketSignal] | None:
        """Called every `TIMER_SECONDS`."""

    def on_order_update(self, update: OrderUpdate) -> None:
        """Called when an order changed without a fill."""

    def on_funding(self, payment: FundingPayment) -> None:
        """Called when a perpetual that this strategy holds paid funding, or cost it."""

    def on_start(self) -> None:
        """Called once before the first event."""

    def on_stop(self) -> None:
        """Called once after the last event."""

    def save_state(self) -> dict[str, Any]:
        """What a restart or a new version needs beside positions and orders: plain data that msgpack can hold."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes back what `save_state` returned."""

    def get_strategy_info(self) -> dict[str, Any]:
        return {"name": type(self).__name__, "version": self.VERSION, "description": self.__doc__, "parameters": self.config}

    def emit(self, signal: MarketSignal) -> None:
        """Sends a signal from any callback."""
        self.outbox.append(signal)

    def buy(self, symbol: str, quantity: float, **options: Any) -> str:
        """Orders `quantity` of the base currency and returns the order's id.

        Options: venue, limit_price, order_type (limit, market, limit_maker, stop_loss, stop_loss_limit, take_profit, take_profit_limit),
        time_in_force (gtc, gtd, ioc, fok), client_tag, stop_price, trailing_bps, display, expire_time (a datetime), good_for (seconds),
        reduce_only, self_trade_prevention (none, expire_taker, expire_maker, expire_both).
        """
        return self._order("buy", symbol, quantity, options)

    def sell(self, symbol: str, quantity: float, **options: Any) -> str:
        """The other side of `buy`."""
        return self._order("sell", symbol, quantity, options)

    def cancel(self, order_id: str) -> None:
        self.outbox.append(CancelWish(order_id))

    def amend(self, order_id: str, quantity: float) -> None:
        """Makes an open order smaller, to `quantity` of the base currency altogether, what it has filled included. It keeps its place in
        the queue. Of an OCO, both orders."""
        _check_id("amend", order_id)
        self.outbox.append(AmendWish(order_id, quantity))

    def replace(self, order_id: str, quantity: float, **options: Any) -> str:
        """Puts another order of the same symbol, venue and side in the place of an open one, and returns the new order's id.

        If the old one has traded meanwhile, nothing happens and the new one is rejected. Options: those of `buy`, but for the venue.
        """
        _check_id("replace", order_id)
        _check_options("replace", options, tuple(name for name in ORDER_OPTIONS if name != "venue"))
        new = self._new_id(options)
        self.outbox.append(ReplaceWish(order_id, new, quantity, options))
        return new

    def oco(
        self, side: str, symbol: str, quantity: float, *, above: dict[str, Any], below: dict[str, Any], **options: Any
    ) -> tuple[str, str]:
        """Two orders, one waiting above the market, one below: when one trades, triggers or ends, the other is over. Returns their ids.

        above, below: `limit_price` for an order that rests there; `stop_price` or `trailing_bps` for a stop or take profit, with a
        `limit_price` if it is not to be a market order then; and `client_tag`. Options of both: venue, expire_time, good_for, reduce_only,
        self_trade_prevention.
        """
        made = legs(side, above, below, options)
        first, second = (ExplicitOrder(self._new_id(each), side, symbol, quantity, each) for each in made)
        if first.order_id == second.order_id:
            raise ValueError(f"oco() needs two names for its orders; both have the client_tag {first.order_id!r}")
        self.outbox.append(OcoWish((first, second)))
        return first.order_id, second.order_id

    def book(self, symbol: str, venue: str | None = None, levels: int = 10) -> OrderBook:
        """The best `levels` of either side of a symbol's order book: `bids` and `asks`, each a list of (price, size), best first, price in
        quote and size in base currency. For strategies with `DEPTH = True`, in any callback.

        A side without levels is empty, or the book is not known: no depth is recorded, or a message was lost and the next snapshot has not
        come. `venue` may be left out for a symbol that trades on one.

        Raises:
            RuntimeError: the strategy does not follow order books.
            ValueError: an unknown symbol or venue, a venue left out where there are several, or levels under 1.
        """
        if self._books is None:
            raise RuntimeError(f"{type(self).__name__} follows no order books: set DEPTH = True in the class, and read them in callbacks")
        return self._books.read(symbol, venue, levels)

    def _order(self, side: str, symbol: str, quantity: float, options: dict[str, Any]) -> str:
        _check_options(side, options, ORDER_OPTIONS)
        order_id = self._new_id(options)
        self.outbox.append(ExplicitOrder(order_id, side, symbol, quantity, options))
        return order_id

    def _new_id(self, options: dict[str, Any]) -> str:
        wanted = options.get("client_tag")
        return self.order_ids.tag(wanted, [*self.open_orders, *queued_ids(self.outbox)] if wanted else ())


def _check_id(method: str, order_id: Any) -> None:
    if not isinstance(order_id, str):
        raise TypeError(f"{method}() takes the id of an order, as buy() returned it, not {order_id!r}")


def _check_options(method: str, options: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in options:
        if name not in known:
            raise TypeError(f"{method}() knows no option {name!r}; there are {', '.join(known)}")


class _Logger(logging.LoggerAdapter[logging.Logger]):
    """A logger knows no time but the machine's; what a strategy writes is of the market's."""

    def __init__(self, strategy: TradingStrategy) -> None:
        super().__init__(logging.getLogger(f"seawall.strategy.{type(strategy).__name__}"))
        self._strategy = strategy

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, {**kwargs, "extra": {**(kwargs.get("extra") or {}), "now_ns": self._strategy.now_ns}}
