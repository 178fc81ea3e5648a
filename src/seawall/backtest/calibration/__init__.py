"""Calibration: what fill models predict of hypothetical orders on a recording, against what the recording proves of them.

truth.py holds the proofs and knows no model; trial.py places the orders with every model; report.py counts who was right.
"""

from seawall.backtest.calibration.report import Score, calibrate

__all__ = ["Score", "calibrate"]
