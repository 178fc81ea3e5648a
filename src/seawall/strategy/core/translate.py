"""From what an author writes (signals, orders, cancels, changes; any Python values) to messages the engine can trust to be encodable."""

from enum import StrEnum
from typing import Any, Protocol, TypeVar

from seawall.api.instruments import Symbol, Venue
from seawall.api.message import Address, Message
from seawall.api.orders import AT_MARKET, OrderListType, OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce
from seawall.api.signals import (
    AmendRequested,
    CancelRequested,
    ListRequested,
    OrderRequested,
    OrderTerms,
    ReplaceRequested,
    Scalar,
    SignalGenerated,
)
from seawall.api.units import BASIS_POINTS, Nanos
from seawall.strategy.core.plain import number, scalar, text
from seawall.strategy.events import (
    AmendWish,
    CancelWish,
    ExplicitOrder,
    MarketSignal,
    OcoWish,
    OpenOrder,
    OrderIds,
    ReplaceWish,
    as_nanos,
)

_TERMS = ("stop_price", "trailing_bps", "display", "expire_time", "good_for", "reduce_only", "self_trade_prevention")
_ROUTED = ("venue", "order_type", "limit_price", "time_in_force", "client_tag", *_TERMS)
_NOT_A_NUMBER = float("nan")
_LONGEST = 10**9  # Seconds an order may be good for.

BUY, SELL, PENDING_NEW = Side.BUY, Side.SELL, OrderStatus.PENDING_NEW


Choice = TypeVar("Choice", bound=StrEnum)


class _Memory(Protocol):
    order_ids: OrderIds
    open_orders: dict[str, OpenOrder]


def to_message(wish: Any, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    """Translates one wish and notes the new order among the open ones.

    Raises:
        TypeError, ValueError: not a signal, or an order type or time in force that does not exist; the author sees it as an exception.
    """
    if isinstance(wish, MarketSignal):  # First: nearly all are.
        return _signal(wish, strategy, memory, now)
    if isinstance(wish, ExplicitOrder):
        return _order(wish, strategy, memory, now)
    if isinstance(wish, CancelWish):
        return CancelRequested(strategy, text(wish.order_id))
    if isinstance(wish, AmendWish):
        return AmendRequested(strategy, text(wish.order_id), number(wish.quantity))
    if isinstance(wish, ReplaceWish):
        return _replacement(wish, strategy, memory, now)
    if isinstance(wish, OcoWish):
        return ListRequested(strategy, OrderListType.OCO, tuple([_order(order, strategy, memory, now) for order in wish.orders]))
    raise TypeError(f"a strategy returns a list of MarketSignal, got {type(wish).__name__}")


def _signal(signal: MarketSignal, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    strength, confidence, symbol = signal.signal_strength, signal.confidence, signal.symbol
    metadata, timestamp = signal.metadata, signal.timestamp
    if not (type(strength) is float and type(confidence) is float and type(symbol) is str and symbol.isascii()):
        strength, confidence, symbol = number(strength), number(confidence), text(symbol)
    side = BUY if strength > 0 else SELL
    time = now if timestamp is None else _time(timestamp, now)
    if not metadata:
        tag = memory.order_ids.next()
        message = SignalGenerated(strategy, Symbol(symbol), strength, confidence, tag, time)
    elif isinstance(metadata, dict):
        tag = memory.order_ids.tag(metadata.get("client_tag"), memory.open_orders)
        message = SignalGenerated(strategy, Symbol(symbol), strength, confidence, tag, time, *_routing(metadata, now))
    else:
        raise TypeError(f"the metadata of a MarketSignal is a dict, not {type(metadata).__name__}")
    memory.open_orders[tag] = OpenOrder(tag, symbol, "", side, PENDING_NEW, 0.0)
    return message


def _replacement(wish: ReplaceWish, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    """If the old one has just ended, nobody here knows any more what it was; the engine will say so."""
    old, quantity = memory.open_orders.get(wish.replaced), number(wish.quantity)
    _, order_type, time_in_force, limit_price, metadata, terms = _routing(wish.options, now)
    symbol, venue, side = (old.symbol, old.venue, old.side) if old is not None else ("", "", "")
    memory.open_orders[wish.order_id] = OpenOrder(wish.order_id, symbol, venue, side, PENDING_NEW, quantity)
    return ReplaceRequested(
        strategy, text(wish.replaced), wish.order_id, quantity, now, order_type, time_in_force, limit_price, metadata, terms
    )  # fmt: skip


def _order(order: ExplicitOrder, strategy: Address, memory: _Memory, now: Nanos) -> OrderRequested:
    side, quantity, symbol = Side(order.side), number(order.quantity), Symbol(text(order.symbol))
    message = OrderRequested(strategy, symbol, side, quantity, order.order_id, now, *_routing(order.options, now))
    memory.open_orders[order.order_id] = OpenOrder(order.order_id, symbol, "", side, OrderStatus.PENDING_NEW, quantity)
    return message


def _time(timestamp: Any, now: Nanos) -> Nanos:
    """A signal cannot come from the future; one from before 1970 is as old as can be."""
    return max(Nanos(0), min(as_nanos(timestamp), now))


def _routing(metadata: dict[str, Any], now: Nanos) -> tuple[Venue, OrderType, TimeInForce, float, dict[str, Scalar], OrderTerms | None]:
    limit_price = metadata.get("limit_price")
    terms = None
    for name in _TERMS:
        if metadata.get(name) is not None:
            terms = _terms(metadata, now)
            break
    waits = terms is not None and (terms.stop_price or terms.trailing_bps)
    default = _DEFAULT_TYPES[bool(waits), limit_price is not None]
    lasts = TimeInForce.GTD if terms is not None and terms.expire_time else TimeInForce.GTC
    order_type = _one_of(OrderType, "order_type", metadata.get("order_type") or default)
    if limit_price is not None and order_type in AT_MARKET:
        raise ValueError(f"a {order_type} order has no limit_price: leave it out, or choose another order_type")
    rest = {text(k): scalar(v) for k, v in metadata.items() if k not in _ROUTED}
    return (
        Venue(text(metadata.get("venue") or "")),
        order_type,
        _one_of(TimeInForce, "time_in_force", metadata.get("time_in_force") or lasts),
        0.0 if limit_price is None else number(limit_price),
        rest,
        terms,
    )


_DEFAULT_TYPES = {  # Is there a stop, and is there a limit price?
    (False, False): OrderType.MARKET,
    (False, True): OrderType.LIMIT,
    (True, False): OrderType.STOP_LOSS,
    (True, True): OrderType.STOP_LOSS_LIMIT,
}


def _terms(metadata: dict[str, Any], now: Nanos) -> OrderTerms:
    """What does not convert becomes NaN or nothing that a venue takes; the engine refuses it as malformed."""
    stop, distance = metadata.get("stop_price"), metadata.get("trailing_bps")
    trailing = 0.0 if distance is None else number(distance)
    if distance is not None and not (1 <= trailing < BASIS_POINTS and trailing == trailing // 1):
        raise ValueError(f"trailing_bps is a whole number of basis points from 1 to {BASIS_POINTS - 1}, got {distance!r}")
    return OrderTerms(
        0.0 if stop is None else number(stop) or _NOT_A_NUMBER,  # A stop at 0 is no stop, and must not become an order without one.
        int(trailing),
        number(metadata.get("display") or 0.0),
        _expire_time(metadata, now),
        bool(metadata.get("reduce_only")),
        _one_of(SelfTradePrevention, "self_trade_prevention", metadata.get("self_trade_prevention") or SelfTradePrevention.NONE),
    )


def _one_of(choices: type[Choice], name: str, value: Any) -> Choice:
    try:
        return choices(str(value).lower())
    except ValueError:
        raise ValueError(f"{name} is one of {', '.join(choices)}, got {value!r}") from None


def _expire_time(metadata: dict[str, Any], now: Nanos) -> Nanos:
    until, seconds = metadata.get("expire_time"), metadata.get("good_for")
    if until is not None and seconds is not None:
        raise ValueError("an order has an expire_time (a datetime) or a good_for (seconds), not both")
    if until is not None:
        return max(Nanos(1), as_nanos(until))
    if seconds is None:
        return Nanos(0)
    length = number(seconds)
    if not 0.0 < length <= _LONGEST:
        raise ValueError(f"good_for is a number of seconds above 0 and up to {_LONGEST}, got {seconds!r}")
    return Nanos(now + int(length * 1_000_000_000))
