"""Optimistic: whoever cancels stood before us. With `queue_trades` it brackets what can have happened."""

from seawall.backtest.fill_models.queue import VolumeAhead


class QueueFront(VolumeAhead):
    name = "queue_front"

    def canceled_ahead(self, ahead: int, behind: int, lots: int) -> int:
        return lots
