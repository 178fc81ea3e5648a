"""From what an author writes (signals, orders, cancels; any Python values) to messages the engine can trust to be encodable."""

from typing import Any, Protocol

from seawall.api.instruments import Symbol, Venue
from seawall.api.message import Address, Message
from seawall.api.orders import OrderStatus, OrderType, Side, TimeInForce
from seawall.api.signals import CancelRequested, OrderRequested, Scalar, SignalGenerated
from seawall.api.units import Nanos
from seawall.strategy.events import CancelWish, ExplicitOrder, MarketSignal, OpenOrder, OrderIds, as_nanos

_ROUTED = ("venue", "order_type", "limit_price", "time_in_force", "client_tag")
_NOT_A_NUMBER = float("nan")  # The engine refuses it as malformed.


class _Memory(Protocol):
    order_ids: OrderIds
    open_orders: dict[str, OpenOrder]


def to_message(wish: Any, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    """Translates one wish and notes the new order among the open ones.

    Raises:
        TypeError, ValueError: not a signal, or an order type or time in force that does not exist; the author sees it as an exception.
    """
    if isinstance(wish, MarketSignal):
        return _signal(wish, strategy, memory, now)
    if isinstance(wish, ExplicitOrder):
        return _order(wish, strategy, memory, now)
    if isinstance(wish, CancelWish):
        return CancelRequested(strategy, wish.order_id)
    raise TypeError(f"a strategy returns a list of MarketSignal, got {type(wish).__name__}")


def _signal(signal: MarketSignal, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    strength = _number(signal.signal_strength)
    metadata = signal.metadata
    tag = str(metadata.get("client_tag") or memory.order_ids.next()) if metadata else memory.order_ids.next()
    symbol = str(signal.symbol)
    side = Side.BUY if strength > 0 else Side.SELL
    memory.open_orders[tag] = OpenOrder(tag, symbol, "", side, OrderStatus.PENDING_NEW, 0.0)
    time = now if signal.timestamp is None else as_nanos(signal.timestamp)
    if not metadata:
        return SignalGenerated(strategy, Symbol(symbol), strength, _number(signal.confidence), tag, time)
    return SignalGenerated(strategy, Symbol(symbol), strength, _number(signal.confidence), tag, time, *_routing(metadata))


def _order(order: ExplicitOrder, strategy: Address, memory: _Memory, now: Nanos) -> Message:
    side, quantity, symbol = Side(order.side), _number(order.quantity), str(order.symbol)
    memory.open_orders[order.order_id] = OpenOrder(order.order_id, symbol, "", side, OrderStatus.PENDING_NEW, quantity)
    return OrderRequested(strategy, Symbol(symbol), side, quantity, order.order_id, now, *_routing(order.options))


def _routing(metadata: dict[str, Any]) -> tuple[Venue, OrderType, TimeInForce, float, dict[str, Scalar]]:
    limit_price = metadata.get("limit_price")
    default = OrderType.MARKET if limit_price is None else OrderType.LIMIT
    rest = {str(k): _scalar(v) for k, v in metadata.items() if k not in _ROUTED}
    return (
        Venue(str(metadata.get("venue") or "")),
        OrderType(str(metadata.get("order_type") or default).lower()),
        TimeInForce(str(metadata.get("time_in_force") or TimeInForce.GTC).lower()),
        0.0 if limit_price is None else _number(limit_price),
        rest,
    )


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return _NOT_A_NUMBER


def _scalar(value: Any) -> Scalar:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return str(value)
