"""What an engine is made with. What changes while it runs is in `state`."""

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.message import Address
from seawall.api.risk import Limits
from seawall.api.units import SECOND, Currency, Money, Nanos
from seawall.engine.core.feed import FeedSettings
from seawall.engine.core.venues.settings import VenueSettings


class Switches(msgspec.Struct, frozen=True):
    """What an operator may turn off. None of them lets an order past the checks."""

    pre_trade_risk: bool = True  # False: observe only, no order leaves.
    circuit_breakers: bool = True  # False: for backtests and simulations only.
    emergency_liquidation: bool = True  # False: a breaker halts without closing.


class ClosingSettings(msgspec.Struct, frozen=True):
    """How positions are closed when somebody or something wants them gone."""

    slices: int = 5  # Orders for each position, if all of them fill.
    interval: Nanos = Nanos(SECOND)  # Between two of them.
    patience: Nanos = Nanos(30 * SECOND)  # The longest interval, when nothing fills.
    collar_bps: int = 200  # The worst price, from the best on the other side.


class EngineSettings(msgspec.Struct, frozen=True):
    address: Address
    venues: tuple[VenueSettings, ...]
    instruments: tuple[Instrument, ...]
    limits: Limits
    valuation_currency: Currency
    parity: tuple[Currency, ...] = ()  # Count as equal to the valuation currency while no market says otherwise.
    epoch: int = 1
    seed: int = 0
    capital: Money | None = None  # What losses are measured against. None: what the accounts are worth when all can first be valued.
    monitor_interval: Nanos = Nanos(SECOND)  # Between two looks at profit and loss, while a limit asks for them.
    closing: ClosingSettings = ClosingSettings()
    switches: Switches = Switches()
    feed: FeedSettings = FeedSettings()
