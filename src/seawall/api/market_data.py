"""Public market data: what any outsider may see. `event_time` is the venue's clock."""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.message import Address, Message
from seawall.api.orders import Side, TradeId
from seawall.api.units import Nanos, Price, Quantity


class Traded(Message, frozen=True):
    """A public print."""

    instrument: InstrumentId
    trade_id: TradeId
    price: Price
    quantity: Quantity
    aggressor: Side
    event_time: Nanos
    outside_market: bool = False  # An insurance fund's, a deleveraging, a block trade: nobody else could have had its price.


class QuoteChanged(Message, frozen=True):
    """Best bid and offer. A side that is empty has price and quantity 0."""

    instrument: InstrumentId
    update_id: int
    bid: Price
    bid_quantity: Quantity
    ask: Price
    ask_quantity: Quantity
    event_time: Nanos


class Level(msgspec.Struct, frozen=True, array_like=True, gc=False):
    price: Price
    quantity: Quantity  # The level's new total; 0: the level is gone.


class DepthChanged(Message, frozen=True):
    """Changed levels. Ids are contiguous per instrument, `first_update_id` = the last `final_update_id` + 1, or the message names the one
    before it, as futures do whose ids are shared by all instruments."""

    instrument: InstrumentId
    first_update_id: int
    final_update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    event_time: Nanos
    previous_update_id: int | None = None  # The `final_update_id` of the message before. None: ids are contiguous.


class QueryDepth(Message, frozen=True):
    instrument: InstrumentId
    limit: int = 100
    requester: Address = Address("")  # Who gets the answer. Empty: everybody.


class DepthReported(Message, frozen=True):
    """A snapshot: best level first."""

    instrument: InstrumentId
    update_id: int
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    event_time: Nanos


class BarClosed(Message, frozen=True):
    """A finished bar, delivered at its close."""

    instrument: InstrumentId
    open_time: Nanos
    close_time: Nanos
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity  # Rounded down to the lot.


class ReferenceMoved(Message, frozen=True):
    """What instruments of a generated market are worth now. For its background traders: no venue says this, and no engine hears it."""

    prices: dict[InstrumentId, Price]
    event_time: Nanos
    depth_ppb: dict[InstrumentId, int] = {}  # How much of their usual size makers are to show, where it is not all of it.
    flow_ppb: dict[InstrumentId, int] = {}  # The same for how often others trade.
