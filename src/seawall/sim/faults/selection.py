"""Whether a message is one of those that a fault concerns: by type, by fields, by its place among them, by chance."""

from typing import Any

from seawall.api.control import Selector
from seawall.runtime.rng import Rng
from seawall.sim.faults.changes import message_type
from seawall.sim.network import PPM


class Selection:
    def __init__(self, selector: Selector, rng: Rng) -> None:
        if not 0 <= selector.toxicity_ppm <= PPM or selector.nth < 0 or selector.first_n < 0:
            raise ValueError(f"{selector}: a toxicity lies between 0 and {PPM}, counts are not negative")
        types = [message_type(name) for name in selector.messages]
        for kind in types:
            missing = [name for name in selector.fields if name not in kind.__struct_fields__]
            if missing:
                raise ValueError(f"{kind.__name__} has no {', '.join(missing)}; it has {', '.join(kind.__struct_fields__)}")
        self._types = dict.fromkeys(types)
        self._fields = tuple(selector.fields.items())
        self._nth, self._first_n = selector.nth, selector.first_n
        self._toxicity_ppm, self._rng = selector.toxicity_ppm, rng
        self.matched = 0
        self.bitten = 0  # How often the fault acted: one that never did has shown nothing.

    def picks(self, message: Any) -> bool:
        if self._types and type(message) not in self._types:
            return False
        if any(getattr(message, name, None) != value for name, value in self._fields):
            return False
        self.matched += 1
        if (self._nth and self.matched != self._nth) or 0 < self._first_n < self.matched:
            return False
        if self._toxicity_ppm < PPM and self._rng.below(PPM) >= self._toxicity_ppm:
            return False
        self.bitten += 1
        return True
