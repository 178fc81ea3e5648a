"""From what an author writes (signals, orders, cancels; any Python values) to messages the engine can trust to be encodable."""

from typing import Any, Protocol

from seawall.api.instruments import Symbol, Venue
from seawall.api.message import Address, Message
from seawall.api.orders import OrderStatus, OrderType, Side, TimeInForce
from seawall.api.signals import CancelRequested, OrderRequested, Scalar, SignalGenerated
from seawall.api.units import Nanos
from seawall.strategy.core.plain import number, scalar, text
from seawall.strategy.events import CancelWish, ExplicitOrder, MarketSignal, OpenOrder, OrderIds, as_nanos

_NOT_BUILT_YET = ("stop_price", "reduce_only")  # Taking them for a plain order would be worse than refusing.
_ROUTED = ("venue", "order_type", "limit_price", "time_in_force", "client_tag")

BUY, SELL, PENDING_NEW = Side.BUY, Side.SELL, OrderStatus.PENDING_NEW


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
        message = SignalGenerated(strategy, Symbol(symbol), strength, confidence, tag, time, *_routing(metadata))
    else:
        raise TypeError(f"the metadata of a MarketSignal is a dict, not {type(metadata).__name__}")
    memory.open_orders[tag] = OpenOrder(tag, symbol, "", side, PENDING_NEW, 0.0)
    return message


def _order(order: ExplicitOrder, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    side, quantity, symbol = Side(order.side), number(order.quantity), Symbol(text(order.symbol))
    message = OrderRequested(strategy, symbol, side, quantity, order.order_id, now, *_routing(order.options))
    memory.open_orders[order.order_id] = OpenOrder(order.order_id, symbol, "", side, OrderStatus.PENDING_NEW, quantity)
    return message


def _time(timestamp: Any, now: Nanos) -> Nanos:
    """A signal cannot come from the future; one from before 1970 is as old as can be."""
    return max(Nanos(0), min(as_nanos(timestamp), now))


def _routing(metadata: dict[str, Any]) -> tuple[Venue, OrderType, TimeInForce, float, dict[str, Scalar]]:
    if planned := [name for name in _NOT_BUILT_YET if metadata.get(name)]:
        raise ValueError(f"{planned[0]} is planned and not built yet: leave it out of the signal's metadata")
    limit_price = metadata.get("limit_price")
    default = OrderType.MARKET if limit_price is None else OrderType.LIMIT
    rest = {text(k): scalar(v) for k, v in metadata.items() if k not in _ROUTED}
    return (
        Venue(text(metadata.get("venue") or "")),
        OrderType(str(metadata.get("order_type") or default).lower()),
        TimeInForce(str(metadata.get("time_in_force") or TimeInForce.GTC).lower()),
        0.0 if limit_price is None else number(limit_price),
        rest,
    )
