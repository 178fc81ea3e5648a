"""Movements of an account's money that are no fills: posted, numbered without a gap, reported, and remembered for queries."""

import msgspec

from seawall.api.margin import CashMovement

KEPT = 1_000  # The last movements of an account that a query still finds,
SURPLUS = 250  # and how many more may gather before the oldest go.


class CashHistory(msgspec.Struct):
    movements: list[CashMovement] = []  # Oldest first.
    last_id: int = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def remember(self, movement: CashMovement) -> None:
        self.movements.append(movement)
        if len(self.movements) >= KEPT + SURPLUS:
            del self.movements[:SURPLUS]

    def after(self, cash_id: int, limit: int) -> tuple[tuple[CashMovement, ...], bool, bool]:
        """The movements above an id, whether these are all, and whether older ones are forgotten."""
        found = [movement for movement in self.movements if movement.cash_id > cash_id]
        end = min(max(limit, 0), len(found))
        first = self.movements[0].cash_id if self.movements else self.last_id + 1
        gap = cash_id + 1 < first
        return tuple(found[:end]), end == len(found) and not gap, gap
