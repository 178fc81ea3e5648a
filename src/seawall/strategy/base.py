"""The base class of every strategy. It stays pure Python and does nothing per event: that is what makes strategies fast."""

import logging
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any

from seawall.runtime.rng import Rng
from seawall.strategy.events import (
    Bar,
    CancelWish,
    ExplicitOrder,
    FundingPayment,
    MarketSignal,
    OpenOrder,
    OrderFill,
    OrderIds,
    OrderUpdate,
    PriceUpdate,
    RiskBreach,
    as_datetime,
)
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
    """

    VERSION = "1.0.0"
    TIMER_SECONDS: float | None = None  # Call `on_timer` this often.

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self.positions: dict[str, float] = {}
        self.performance_metrics: dict[str, float] = {}
        self.price_cache: dict[str, dict[str, float]] = {}
        self.active_symbols: list[str] = []
        self.open_orders: dict[str, OpenOrder] = {}
        self.now_ns = 0
        self.random = StrategyRandom(Rng(0))
        self.logger = _Logger(self)
        self.outbox: list[MarketSignal | ExplicitOrder | CancelWish] = []
        self.order_ids = OrderIds()

    @property
    def now(self) -> datetime:
        return as_datetime(self.now_ns)

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

    def _order(self, side: str, symbol: str, quantity: float, options: dict[str, Any]) -> str:
        if unknown := [name for name in options if name not in ORDER_OPTIONS]:
            raise TypeError(f"{side}() knows no option {unknown[0]!r}; there are {', '.join(ORDER_OPTIONS)}")
        wanted = options.get("client_tag")
        taken = [*self.open_orders, *(wish.order_id for wish in self.outbox if isinstance(wish, ExplicitOrder))] if wanted else ()
        order_id = self.order_ids.tag(wanted, taken)
        self.outbox.append(ExplicitOrder(order_id, side, symbol, quantity, options))
        return order_id


class _Logger(logging.LoggerAdapter[logging.Logger]):
    """A logger knows no time but the machine's; what a strategy writes is of the market's."""

    def __init__(self, strategy: TradingStrategy) -> None:
        super().__init__(logging.getLogger(f"seawall.strategy.{type(strategy).__name__}"))
        self._strategy = strategy

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, {**kwargs, "extra": {**(kwargs.get("extra") or {}), "now_ns": self._strategy.now_ns}}
