"""What a check may look at."""

from typing import Protocol

from seawall.api.instruments import Venue
from seawall.api.risk import Limits
from seawall.engine.core.exposure import Exposures
from seawall.engine.core.portfolio import Portfolio
from seawall.engine.core.rates import Rates


class Desk(Protocol):
    @property
    def limits(self) -> Limits: ...
    @property
    def exposures(self) -> Exposures: ...
    @property
    def portfolio(self) -> Portfolio: ...
    @property
    def rates(self) -> Rates: ...
    @property
    def halted(self) -> bool: ...
    def is_live(self, venue: Venue) -> bool: ...
