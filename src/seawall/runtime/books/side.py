"""One side of a book known by its levels: the quantity at each price, and near the best the prices in order.

Most of what a venue publishes happens far from the best, where nobody needs an order: keeping one there would cost most of the time.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from seawall.api.units import Price, Quantity

NEAR = 128
_EVERYTHING = -(1 << 63)


class BookSide:
    """`levels` belongs to the state; the order is an index of it. Keys are prices times `sign`: sorted, the best one is last, where
    inserting and removing cost least. Every level whose key is at `_floor` or above is in `_near`."""

    __slots__ = ("_floor", "_near", "_sign", "levels")

    def __init__(self, levels: dict[Price, Quantity], sign: int) -> None:
        self.levels = levels
        self._sign = sign  # 1: bids, the highest is best. -1: asks.
        self._floor = _EVERYTHING
        self._near: list[int] = []
        self._recount()

    def __len__(self) -> int:
        return len(self.levels)

    def update(self, prices: Iterable[Price], quantities: Iterable[Quantity]) -> None:
        """Levels' new totals; 0: gone. To remove what is not there is normal: it lay beyond the snapshot. The hot loop of recorded depth,
        guarded by `depth_rows_per_s` in benchmarks."""
        levels, near, sign, floor = self.levels, self._near, self._sign, self._floor
        for price, quantity in zip(prices, quantities, strict=True):
            if quantity:
                if price not in levels and price * sign >= floor:
                    insort(near, price * sign)
                levels[price] = quantity
            elif price in levels:
                del levels[price]
                if price * sign >= floor:
                    del near[bisect_left(near, price * sign)]
        if len(near) > 4 * NEAR or not near:
            self._recount()

    def set(self, price: Price, quantity: Quantity) -> None:
        """The same for one level."""
        levels = self.levels
        if quantity:
            if price in levels:
                levels[price] = quantity
                return
            levels[price] = quantity
            if price * self._sign >= self._floor:
                insort(self._near, price * self._sign)
                if len(self._near) > 4 * NEAR:
                    self._recount()
        elif price in levels:
            del levels[price]
            if price * self._sign >= self._floor:
                del self._near[bisect_left(self._near, price * self._sign)]
                if not self._near:
                    self._recount()

    def clear(self) -> None:
        self.levels.clear()
        self._recount()

    def best(self) -> Price:
        """0: empty."""
        return Price(self._near[-1] * self._sign) if self._near else Price(0)

    def quantity(self, price: Price) -> Quantity:
        return self.levels.get(price, Quantity(0))

    def best_first(self) -> Iterator[tuple[Price, Quantity]]:
        """Every level, from the best on. Not while the side changes."""
        levels, sign = self.levels, self._sign
        for key in self._keys():
            price = Price(key * sign)
            yield price, levels[price]

    def quantity_until(self, price: Price) -> Quantity:
        """What stands at this price or better."""
        total, worst = 0, price * self._sign
        for key in self._keys():
            if key < worst:
                break
            total += self.levels[Price(key * self._sign)]
        return Quantity(total)

    def _keys(self) -> Iterator[int]:
        yield from reversed(self._near)
        if len(self._near) < len(self.levels):
            floor = self._floor
            yield from sorted((key for price in self.levels if (key := price * self._sign) < floor), reverse=True)

    def _recount(self) -> None:
        best = sorted(self.levels, reverse=self._sign < 0)[-NEAR:]
        self._near = [price * self._sign for price in best]
        self._floor = self._near[0] if len(self.levels) > NEAR else _EVERYTHING
