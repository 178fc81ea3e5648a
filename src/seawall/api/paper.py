"""Trading on paper while a venue is unusable: what strategies and projections are told. None of it is an order, a fill or a position."""

from seawall.api.instruments import InstrumentId, Venue
from seawall.api.message import Address, Message
from seawall.api.orders import Side
from seawall.api.units import Currency, Money, Nanos, Price, Quantity


class PaperStarted(Message, frozen=True):
    """From now on what the strategy orders at the venue, and the gate would refuse for the venue's sake, is filled on paper."""

    strategy: Address
    venue: Venue
    status: str  # Of the venue's session.


class PaperFilled(Message, frozen=True):
    """A fill that never happened, at a price that was there."""

    strategy: Address
    tag: str
    instrument: InstrumentId
    side: Side
    price: Price
    quantity: Quantity
    fee: Money
    fee_currency: Currency
    position: int  # Real and on paper together, in base minor units.
    priced_by: InstrumentId  # Whose price it was: the instrument's own, or that of another venue.
    event_time: Nanos


class PaperEnded(Message, frozen=True):
    """The venue is live again: orders are real from now on. What was held on paper is valued as if closed now, and gone."""

    strategy: Address
    venue: Venue
    since: Nanos
    fills: int
    profit: Money | None  # Minor units of the valuation currency, fees taken off. None: something has no price or no rate.
    positions: dict[InstrumentId, int]  # Of the instruments traded on paper, what is really held, in base minor units.
