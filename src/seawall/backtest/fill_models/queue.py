"""Queue position by volume ahead: what all its estimators share. Each one only says who left when lots leave a level without a print.

An order joins behind all that is shown at its price. Prints at that price, by the other side's takers, come off the front; those that are
left when the front is empty are ours. A level that shrinks by more than was printed has been canceled in part, before us or behind us:
nobody is told which, the estimator assumes. Who comes joins behind. A price beyond ours proves that the queue is gone.

Prints and levels come by different streams and in either order. What one of them has told already is set off against the other for as long
as `LAG`; then a shrinking without a print was a cancellation, and a print without a shrinking was made up for by newcomers.
"""

from seawall.api.orders import Side
from seawall.api.units import MILLISECOND, Nanos
from seawall.backtest.fill_models.model import UNKNOWN, FillModel, beyond
from seawall.backtest.recorded_orders import Waiting

BUY = Side.BUY
LAG = 20 * MILLISECOND


class VolumeAhead(FillModel):
    limited = True
    watches = True

    def canceled_ahead(self, ahead: int, behind: int, lots: int) -> int:
        """Of `lots` canceled where `ahead` stood before us and `behind` behind us, how many stood before us. Rounded down is against us;
        the caller keeps it within what can be."""
        raise NotImplementedError

    def joined(self, waiting: Waiting, shown: int, now: Nanos) -> None:
        queue = waiting.queue
        queue.ahead = queue.shown = shown
        queue.tally = queue.credit = 0

    def reached(self, waiting: Waiting, price: int, lots: int) -> int:
        """Beyond our price: of those who rested at it nobody is left. An offer at it says less: it may have wished not to take."""
        if not beyond(waiting, price):
            return 0
        waiting.queue.ahead = 0
        return lots

    def printed(self, waiting: Waiting, price: int, lots: int, aggressor: int, now: Nanos) -> int:
        queue, order = waiting.queue, waiting.order
        if aggressor == (1 if order.side is BUY else -1):
            return 0  # Our own side took what the other one offered.
        if price != order.price:
            queue.ahead = 0
            return lots
        ahead = queue.ahead
        if ahead == UNKNOWN:
            return 0
        tally = queue.tally if now <= queue.tally_time + LAG else 0
        due = lots
        if tally < 0:
            credit = queue.credit * min(lots, -tally) // -tally
            queue.credit -= credit
            due -= credit
        queue.tally = tally + lots
        queue.tally_time = now
        if due > ahead:
            queue.ahead = 0
            return due - ahead
        queue.ahead = ahead - due
        return 0

    def level(self, waiting: Waiting, shown: int, now: Nanos) -> None:
        queue = waiting.queue
        before, queue.shown = queue.shown, shown
        if queue.ahead == UNKNOWN:
            queue.ahead = shown
            return
        lost = before - shown
        if lost <= 0:
            return
        tally = queue.tally if now <= queue.tally_time + LAG else 0
        if tally > 0:
            printed = min(lost, tally)
            queue.tally = tally - printed
            lost -= printed
            if not lost:
                return
            before -= printed
            tally = 0
        if not tally:
            queue.credit = 0
        ahead = queue.ahead
        behind = max(before - ahead, 0)
        gone = min(max(self.canceled_ahead(ahead, behind, lost), lost - behind), ahead)
        queue.ahead = ahead - gone
        queue.credit += gone
        queue.tally = tally - lost
        queue.tally_time = now
