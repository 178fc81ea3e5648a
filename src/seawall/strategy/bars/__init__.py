"""Bars built from ticks inside a strategy, one builder for each symbol and venue.

from seawall.strategy.bars import TimeBars, VolumeBars, DollarBars
"""

from seawall.strategy.bars.builder import BarBuilder
from seawall.strategy.bars.dollar import DollarBars
from seawall.strategy.bars.time import TimeBars
from seawall.strategy.bars.volume import VolumeBars

__all__ = ["BarBuilder", "DollarBars", "TimeBars", "VolumeBars"]
