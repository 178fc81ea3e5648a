"""Tick and lot from the figures themselves, for instruments nobody described."""

from math import floor, gcd, log10
from typing import Any

import numpy as np

from seawall.market_data.recorded.rows import Bools, Floats

# A float carries 15 digits for sure; beyond 13 an off-grid figure can no longer be told from one that is on the grid.
_DIGITS = 13
_MAX_PRICE_DECIMALS = 10
_MAX_LOT_DECIMALS = 8
_MAX_MONEY_DECIMALS = 10  # Of tick x lot: the quote currency must count it, and 64 bits must hold what an account owns.
_COARSEST_TICK = 200  # A tick is at most this part of the lowest price, or ten prices in a test would make a tick of ten dollars.


def on_grid(scaled: Floats, nearest: Floats) -> Bools:
    """Within a millionth of a unit, and beyond that within what the float itself can tell."""
    return np.abs(scaled - nearest) <= 1e-6 + np.abs(nearest) * 2.0**-50


class Grid:
    """Learns from the prices and quantities it is shown, piece by piece."""

    def __init__(self) -> None:
        self.decimals = 0
        self.off_grid: float | None = None  # The first price that is on no grid.
        self._step = 0  # Greatest common divisor, in 10**-decimals.
        self._lowest = float("inf")
        self.quantity_decimals = 0

    def learn_prices(self, values: Floats) -> None:
        values = values[np.isfinite(values) & (values > 0)]
        if not len(values) or self.off_grid is not None:
            return
        highest = float(np.max(values))
        if highest >= 10**_DIGITS:
            self.off_grid = highest  # A float of that size is no count of anything.
            return
        self._lowest = min(self._lowest, float(np.min(values)))
        limit = min(_MAX_PRICE_DECIMALS, _DIGITS - len(str(int(highest))))
        while True:
            scaled = values * float(10**self.decimals)
            nearest = np.rint(scaled)
            good = on_grid(scaled, nearest)
            if good.all():
                break
            if self.decimals >= limit:
                self.off_grid = float(values[~good][0])
                return
            self.decimals += 1
            self._step *= 10
        if self._step != 1:
            reduce: Any = np.gcd.reduce
            self._step = gcd(self._step, int(reduce(nearest.astype(np.int64))))

    def learn_quantities(self, values: Floats) -> None:
        values = values[np.isfinite(values) & (values > 0)]
        while self.quantity_decimals < _MAX_LOT_DECIMALS:
            scaled = values * float(10**self.quantity_decimals)
            if on_grid(scaled, np.rint(scaled)).all():
                return
            self.quantity_decimals += 1

    def tick(self) -> tuple[int, int]:
        """(step, decimals): the common divisor of all prices, made finer where the data is too little to trust it."""
        step, decimals = self._step or 1, self.decimals
        while step / 10**decimals * _COARSEST_TICK > self._lowest and decimals < _MAX_PRICE_DECIMALS:
            step, decimals = 1, decimals + 1
        return step, decimals

    def lot_decimals(self, tick_decimals: int) -> int:
        """As fine as the quantities seen, and no lot is worth more than a cent or so of the quote currency."""
        worth = 2 + floor(log10(self._lowest)) if self._lowest < float("inf") else _MAX_LOT_DECIMALS
        return max(0, min(_MAX_LOT_DECIMALS, max(self.quantity_decimals, worth), _MAX_MONEY_DECIMALS - tick_decimals))
