"""What a venue does to an account by itself: it closes positions, pays funding, takes fees. Shared among those whose position it is.

A liquidation closes the largest position on its side first; what no strategy holds is booked to EXTERNAL. Funding is shared by position.
"""

from typing import TYPE_CHECKING

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.margin import CashMovement, FundingPaid
from seawall.api.message import Address, Envelope
from seawall.api.orders import OrderFilled, Side
from seawall.api.projections import PROJECTIONS, ClosedByVenue
from seawall.api.signals import FillApplied, FundingApplied
from seawall.api.units import Money, Nanos, Quantity
from seawall.engine.core.positions import Position

if TYPE_CHECKING:
    from seawall.engine.core.booking import Booking
    from seawall.engine.core.venues.session import VenueSession

EXTERNAL = Address("external")  # Owner of what no order of ours explains: trades made by hand on the account.


def closed_by_venue(booking: "Booking", session: "VenueSession", fill: OrderFilled, what: str) -> list[Envelope]:
    """Books a fill of an order that the venue made. No break: the venue has said what it is. But somebody should know."""
    key, side, instrument = fill.instrument, fill.side, booking.instruments[fill.instrument]
    alert = ClosedByVenue(
        session.settings.address, fill.account, key, what, side, fill.price, fill.quantity, fill.trade_id, fill.event_time
    )  # fmt: skip
    out = [Envelope(PROJECTIONS, alert)]
    booking.net(fill)
    left, fee_left = int(fill.quantity), int(fill.fee)
    for strategy, lots in _closers(booking, instrument, side, left):
        fee = fee_left if lots == left else fill.fee * lots // fill.quantity
        left, fee_left = left - lots, fee_left - fee
        position = booking.position_of(strategy, key)
        held = position.quantity
        position.apply_fill(instrument, side, fill.price, Quantity(lots), Money(fee), fill.fee_currency)
        booking.exposures.change(strategy, key, side, 0, position.quantity - held)
        applied = FillApplied(
            strategy, fill.client_order_id, fill.client_order_id, key, fill.order_id, fill.trade_id, side, fill.price, Quantity(lots),
            Quantity(0), fill.liquidity, Money(fee), fill.fee_currency, position.quantity, fill.event_time,
        )  # fmt: skip
        out.append(Envelope(PROJECTIONS if strategy == EXTERNAL else strategy, applied))
    session.state.last_fill = Nanos(max(session.state.last_fill, fill.event_time))
    return out


def _closers(booking: "Booking", instrument: Instrument, side: Side, lots: int) -> list[tuple[Address, int]]:
    sign = -1 if side is Side.BUY else 1
    holders = [(strategy, sign * position.quantity // instrument.lot_value) for strategy, position in _holders(booking, instrument.id)]
    found: list[tuple[Address, int]] = []
    for strategy, held in sorted(holders, key=lambda holder: -holder[1]):
        share = min(lots, held)
        if share > 0:
            found.append((strategy, share))
            lots -= share
    return [*found, (EXTERNAL, lots)] if lots else found


def cash_moved(booking: "Booking", session: "VenueSession", movement: CashMovement) -> list[Envelope]:
    """Books money that moved without a fill."""
    out = [Envelope(PROJECTIONS, movement)]
    key = movement.instrument or _any_perpetual(booking, session, movement)
    booking.netted_of(key).carried += movement.amount
    for strategy, amount in _shares(booking, key, movement):
        position = booking.position_of(strategy, key)
        position.carried += amount
        if isinstance(movement, FundingPaid) and strategy != EXTERNAL:
            told = FundingApplied(
                strategy, key, movement.currency, Money(amount), position.quantity, movement.rate_ppb, movement.event_time
            )
            out.append(Envelope(strategy, told))
    session.state.last_fill = Nanos(max(session.state.last_fill, movement.event_time))
    return out


def _shares(booking: "Booking", key: InstrumentId, movement: CashMovement) -> list[tuple[Address, int]]:
    """By position, as far as there is one. What follows a position that is closed goes to the only one who ever had it, or to nobody."""
    holders = list(_holders(booking, key))
    net = sum(position.quantity for _, position in holders)
    if isinstance(movement, FundingPaid) and net:
        shares = [(strategy, movement.amount * position.quantity // net) for strategy, position in holders if position.quantity]
        rest = movement.amount - sum(share for _, share in shares)
        return [*shares[:-1], (shares[-1][0], shares[-1][1] + rest)]
    return [(holders[0][0] if len(holders) == 1 else EXTERNAL, movement.amount)]


def _holders(booking: "Booking", key: InstrumentId) -> list[tuple[Address, Position]]:
    return [(strategy, held[key]) for strategy, held in booking.positions.items() if key in held]


def _any_perpetual(booking: "Booking", session: "VenueSession", movement: CashMovement) -> InstrumentId:
    """A loss of the whole account stands with the first of the venue's perpetuals that settle in its currency."""
    venue, listed = session.settings.venue, booking.instruments.values()
    return next(i.id for i in listed if i.venue == venue and i.margin is not None and i.quote == movement.currency)
