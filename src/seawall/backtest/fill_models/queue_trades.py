"""Conservative: only trades move the queue. Whoever cancels stood behind us, as long as somebody did."""

from seawall.backtest.fill_models.queue import VolumeAhead


class QueueTrades(VolumeAhead):
    name = "queue_trades"

    def canceled_ahead(self, ahead: int, behind: int, lots: int) -> int:
        return 0
