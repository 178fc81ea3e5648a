"""Sweeps: one strategy, many sets of parameters, all of the machine's cores.

from seawall.backtest.sweep import sweep
"""

from seawall.backtest.sweep.pool import SweepFailed
from seawall.backtest.sweep.run import SweepProgress, sweep

__all__ = ["SweepFailed", "SweepProgress", "sweep"]
