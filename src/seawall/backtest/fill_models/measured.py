"""How far off the fill models were, as published in docs/fills.md and said in every result. Made by `seawall data calibrate`.

Binance BTC and ETH, spot and USD-M perpetuals, ten minutes round midnight of 2024-08-08, trades, best quotes and depth: 17,442 checks, of
which 9,033 were proved filled, 6,811 proved unfilled, and 1,598 nobody can decide.
"""

from typing import NamedTuple

ON = "Binance ticks of 2024-08-08"


class Measured(NamedTuple):
    precision: str  # Percent.
    recall: str
    undecided: str  # Percent of the undecided that it fills.
    time_error_ms: int  # By the mean, from the proof.


MEASURED = {
    "touch": Measured("95.1", "100.0", "100", 571),
    "trade_through": Measured("99.7", "99.1", "2", 60),
    "queue_trades": Measured("100.0", "100.0", "7", 55),
    "queue_proportional": Measured("100.0", "100.0", "18", 114),
    "queue_square": Measured("100.0", "100.0", "12", 87),
    "queue_power": Measured("100.0", "100.0", "12", 82),
    "queue_log": Measured("100.0", "100.0", "30", 169),
    "queue_front": Measured("100.0", "100.0", "45", 234),
}


def measured(name: str) -> str:
    """A line for people; of models that were not measured too."""
    if name not in MEASURED:
        return "not measured: 'seawall data calibrate' does it for those in FILL_MODELS"
    of = MEASURED[name]
    return (
        f"on {ON}: precision {of.precision} %, recall {of.recall} % where the recording decides; fills {of.undecided} % of what it does "
        f"not; {of.time_error_ms} ms off the proof by the mean"
    )
