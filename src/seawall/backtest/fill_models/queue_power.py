"""Cancellations fall on both sides of us by a power of what stands there: behind us with the share behind^n / (ahead^n + behind^n).

The exponent 1 spreads them evenly over the level. A higher one puts them on the larger side, which is where those are who have just come.
"""

from seawall.backtest.fill_models.queue import VolumeAhead


class QueuePower(VolumeAhead):
    name = "queue_power"
    exponent: int = 3

    def canceled_ahead(self, ahead: int, behind: int, lots: int) -> int:
        before: int = ahead**self.exponent
        after: int = behind**self.exponent
        return lots * before // (before + after or 1)


class QueueProportional(QueuePower):
    """Every lot is as likely to be canceled as any other."""

    name = "queue_proportional"
    exponent = 1


class QueueSquare(QueuePower):
    name = "queue_square"
    exponent = 2
