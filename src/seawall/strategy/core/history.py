"""What a machine remembers of prices: history for its strategy, when it starts again or another version takes over."""

from collections.abc import Iterator, Mapping

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.units import Nanos
from seawall.runtime.rng import Rng
from seawall.strategy.base import TradingStrategy
from seawall.strategy.events import Bar, OrderIds, PriceUpdate
from seawall.strategy.random import StrategyRandom
from seawall.strategy.warm_up import MOST, Need, need_of

_FOREVER = Nanos(1 << 62)


class Told(msgspec.Struct, array_like=True):
    number: int  # Counts over all instruments: the order in which they were heard.
    update: PriceUpdate
    bar: Bar | None = None


History = dict[InstrumentId, list[Told]]


def remember(told: list[Told], latest: Told, need: Need) -> None:
    """Adds the latest; forgets in big steps, so that it costs little."""
    told.append(latest)
    if len(told) > 2 * (need.prices or MOST):
        del told[: -(need.prices or MOST)]
    if need.span and told[0].update.timestamp_ns < latest.update.timestamp_ns - 2 * need.span:
        del told[: _first(told, latest.update.timestamp_ns - need.span)]


def hear_again(strategy: TradingStrategy, history: Mapping[InstrumentId, list[Told]], now: int) -> int:
    """Tells a strategy that is not attached what it needs of the past: it has nothing, no orders, dice of their own, and whatever it says
    is dropped. Returns how much that was. Whatever the author's code raises is the caller's."""
    strategy.positions, strategy.open_orders, strategy.order_ids = {}, {}, OrderIds()
    strategy.random, strategy.trade_from_ns = StrategyRandom(Rng(0)), _FOREVER
    strategy.price_cache = {symbol: {} for symbol in strategy.active_symbols}
    ignored = 0
    for told in _wanted(history, need_of(strategy), now):
        update = told.update
        strategy.now_ns = update.timestamp_ns
        strategy.price_cache.setdefault(update.symbol, {})[update.venue] = update.price
        said = len(strategy.on_market_data(update) or ())
        if told.bar is not None:
            said += len(strategy.on_bar(told.bar) or ())
        ignored += said + len(strategy.outbox)
        strategy.outbox.clear()
    return ignored


def _wanted(history: Mapping[InstrumentId, list[Told]], need: Need, now: int) -> Iterator[Told]:
    chosen = []
    for told in history.values():
        chosen += told[-need.prices :] if need.prices else told[_first(told, now - need.span) :] if need.span else []
    return iter(sorted(chosen, key=lambda one: one.number))


def _first(told: list[Told], time: int) -> int:
    """How many are older."""
    return next((place for place, one in enumerate(told) if one.update.timestamp_ns >= time), len(told))
