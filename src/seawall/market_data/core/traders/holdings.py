"""How traders learn what they hold: coins from their balances, perpetuals from their positions. Reports of fills may be lost; these put it
right."""

from collections.abc import Sequence

from seawall.api.accounts import QueryBalances
from seawall.api.instruments import Instrument
from seawall.api.margin import PositionsReported, QueryPositions
from seawall.api.message import Envelope
from seawall.market_data.core.traders.order_pad import OrderPad


def held_queries(pad: OrderPad, instruments: Sequence[Instrument]) -> list[Envelope]:
    out = [Envelope(pad.venue, QueryBalances(pad.account, pad.state.request))]
    if any(instrument.margin is not None for instrument in instruments):
        out.append(Envelope(pad.venue, QueryPositions(pad.account, pad.state.request)))
    return out


def position_in(report: PositionsReported, instrument: Instrument) -> int:
    """In base minor units; a position that is not listed is none."""
    return sum(position.quantity * instrument.lot_value for position in report.positions if position.instrument == instrument.id)
