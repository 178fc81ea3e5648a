"""What a venue changes of its filters while we trade: known from its word on, for everything that leaves."""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.units import Nanos
from seawall.api.venue_operations import FiltersChanged
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class VenueFilters(Part):
    def __init__(self) -> None:
        self.handlers = {FiltersChanged: self._changed}

    def attach(self, engine: "Engine") -> None:
        self.engine = engine

    def _changed(self, change: FiltersChanged, now: Nanos) -> list[Envelope]:
        state = self.engine.state
        if change.instrument in state.markets:
            state.filters[change.instrument] = change.filters
            self.engine.restore(state)  # Every part holds instruments.
        return []
