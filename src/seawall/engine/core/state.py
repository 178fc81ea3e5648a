"""All that an engine knows: what a snapshot holds."""

import msgspec

from seawall.api.instruments import Filters, InstrumentId, Venue
from seawall.api.message import Address
from seawall.api.orders import AccountId, ClientOrderId
from seawall.api.risk import Limits
from seawall.api.supervision import TradingMode
from seawall.api.units import Nanos
from seawall.engine.core.market import Market
from seawall.engine.core.orders import Order
from seawall.engine.core.outages import Outage
from seawall.engine.core.positions import Position
from seawall.engine.core.risk_state import RiskState
from seawall.engine.core.strategies import StrategyAccount
from seawall.engine.core.venues.state import SessionState


class EngineState(msgspec.Struct):
    epoch: int
    limits: Limits
    markets: dict[InstrumentId, Market]
    sessions: dict[AccountId, SessionState]
    strategies: dict[Address, StrategyAccount] = {}
    orders: dict[ClientOrderId, Order] = {}
    closed_orders: dict[ClientOrderId, Order] = {}
    positions: dict[Address, dict[InstrumentId, Position]] = {}
    next_order: int = 1
    mode: TradingMode = TradingMode.STARTING
    mode_by: str = ""  # The operator or the breaker,
    mode_reason: str = ""  # and why.
    filters: dict[InstrumentId, Filters] = {}  # Where the venue has changed them.
    ticked_at: Nanos = Nanos(0)  # The latest Tick.
    outages: dict[Venue, Outage] = {}  # Of venues that are not live, while a paper fallback is wanted.
    risk: RiskState = msgspec.field(default_factory=RiskState)
    netted: dict[InstrumentId, Position] = {}  # Of perpetuals: what the account holds, as its venue counts it, whosever it is.
