"""What a check may look at. When one of these objects is replaced, the checks are made anew; what changes under them is in `state`."""

from typing import Protocol

from seawall.api.instruments import Venue
from seawall.api.risk import Limits
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.margins import Margins
from seawall.engine.core.orders import Orders
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.rates import Rates
from seawall.engine.core.settings import EngineSettings
from seawall.engine.core.state import EngineState
from seawall.engine.core.venues.session import VenueSession


class Desk(Protocol):
    limits: Limits
    orders: Orders
    exposures: Exposures
    portfolio: Portfolio
    margins: Margins
    rates: Rates
    session_of: dict[Venue, VenueSession]
    settings: EngineSettings
    state: EngineState
