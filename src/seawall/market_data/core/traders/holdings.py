"""How traders learn what they hold: coins from their balances, perpetuals from their positions. Reports of fills may be lost; these put it
right."""

from collections.abc import Sequence

from seawall.api.accounts import BalancesReported, QueryBalances
from seawall.api.instruments import Instrument
from seawall.api.margin import PositionsReported, QueryPositions
from seawall.api.message import Envelope
from seawall.api.orders import OrderFilled, Side
from seawall.api.units import Currency, Money
from seawall.market_data.core.traders.order_pad import OrderPad

BUY = Side.BUY


def held_queries(pad: OrderPad, instruments: Sequence[Instrument]) -> list[Envelope]:
    out = [Envelope(pad.venue, QueryBalances(pad.account, pad.state.request))]
    if any(instrument.margin is not None for instrument in instruments):
        out.append(Envelope(pad.venue, QueryPositions(pad.account, pad.state.request)))
    return out


def count_balances(holding: dict[Currency, Money], report: BalancesReported) -> None:
    for balance in report.balances:
        holding[balance.currency] = Money(balance.free + balance.locked)


def count_position(holding: dict[Currency, Money], report: PositionsReported, instrument: Instrument, held: int) -> None:
    """Of a perpetual; `held`: what counts as held without any position."""
    if instrument.margin is not None:
        holding[instrument.base] = Money(held + position_in(report, instrument))


def count_fill(holding: dict[Currency, Money], instrument: Instrument, fill: OrderFilled) -> None:
    moved = fill.quantity * instrument.lot_value
    holding[instrument.base] = Money(holding.get(instrument.base, 0) + (moved if fill.side is BUY else -moved))


def position_in(report: PositionsReported, instrument: Instrument) -> int:
    """In base minor units; a position that is not listed is none."""
    return sum(position.quantity * instrument.lot_value for position in report.positions if position.instrument == instrument.id)
