"""What a check may look at."""

from typing import Protocol

from seawall.api.instruments import Venue
from seawall.api.risk import Limits
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.orders import Orders
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.rates import Rates


class Desk(Protocol):
    limits: Limits
    orders: Orders
    exposures: Exposures
    portfolio: Portfolio
    rates: Rates
    halted: bool

    def is_live(self, venue: Venue) -> bool: ...
