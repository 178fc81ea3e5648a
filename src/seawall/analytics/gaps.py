"""What could not be valued while a run went on, and what stands in for it: never nothing without a word. Both hosts' notes use it.

Prices are those of markets as an engine sees them; what a held position is worth at the end is the ledger's business.
"""

from collections.abc import Mapping, Sequence

from seawall.api.instruments import InstrumentId
from seawall.api.units import Currency, Price

Count = dict[str, int]


class Gaps:
    def __init__(self) -> None:
        self.known: dict[InstrumentId, Price] = {}  # The last price seen, sampled or filled at.
        self._unpriced: Count = {}  # How many times the equity could not be told because of it.
        self._unrated: Count = {}
        self._missing: tuple[InstrumentId, ...] = ()  # Held at the end, when it had no price.

    def whole(self, unpriced: Sequence[InstrumentId], unrated: Sequence[Currency]) -> bool:
        """Takes down what an equity misses. False: a position has no price, so there is no equity to speak of. (A currency that has no
        rate is left out: it may never have one, and the rest is still to be told.)"""
        for names, counts in ((unpriced, self._unpriced), (unrated, self._unrated)):
            for name in names:
                counts[name] = counts.get(name, 0) + 1
        return not unpriced

    def final_marks(self, marks: Mapping[InstrumentId, Price], unpriced: Sequence[InstrumentId]) -> dict[InstrumentId, Price]:
        """What markets say at the end; for one that says 0, no price, the last one known, if there is any. `unpriced`: held, at 0."""
        self._missing = tuple(unpriced)
        return {key: price for key, mark in marks.items() if (price := mark or self.known.get(key))}

    def warnings(self) -> list[str]:
        """For the result. Call it after `final_marks`."""
        return [
            *(f"{key} had no price while it was held: {_times(n)} the equity was not sampled" for key, n in self._unpriced.items()),
            *(f"{currency} had no rate: {_times(n)} the equity was sampled without it" for currency, n in self._unrated.items()),
            *(f"{key} has no price at the end: valued at its last one" for key in self._missing),
        ]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
