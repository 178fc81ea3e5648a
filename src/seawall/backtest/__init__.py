"""Backtests: recorded markets through the same machines that run in simulation and live.

from seawall.backtest import Setup, run_backtest
"""

from seawall.backtest.latency import Latency
from seawall.backtest.run import BacktestFailed, Progress, Setup, run_backtest

__all__ = ["BacktestFailed", "Latency", "Progress", "Setup", "run_backtest"]
