"""Perpetuals between a venue and its clients: prices to mark by, positions, and the money that moves without a fill.

What a venue does to an account on its own it reports as fills of orders that the account never sent: `AUTOCLOSE` and a number is a
liquidation, `DELEVERAGED` an auto-deleveraging.
"""

import msgspec

from seawall.api.instruments import InstrumentId
from seawall.api.message import Message
from seawall.api.orders import AccountId, ClientOrderId, OrderId
from seawall.api.units import Currency, Money, Nanos, Price

AUTOCLOSE = "autoclose-"
DELEVERAGED = "adl_autoclose"


def made_by_venue(client_order_id: ClientOrderId) -> str:
    """What the venue did, when it was the venue that made the order; empty: it was not."""
    if client_order_id.startswith(AUTOCLOSE):
        return "liquidation"
    return "deleveraging" if client_order_id.startswith(DELEVERAGED) else ""


class MarkPriceChanged(Message, frozen=True):
    """Public. What positions are valued at, and what the next funding payment would be as things stand."""

    instrument: InstrumentId
    mark: Price
    index: Price  # 0: nobody knows.
    funding_rate_ppb: int  # Positive: who is long pays who is short.
    next_funding_time: Nanos
    event_time: Nanos


class IndexPriceChanged(Message, frozen=True):
    """Told to a venue by whoever watches the spot markets: what the base currency of one of its perpetuals is worth, in its ticks."""

    instrument: InstrumentId
    price: Price
    event_time: Nanos


class FundingPaid(Message, frozen=True):
    """One account's share of a funding payment, at its due time. `cash_id` counts the account's movements of cash without a gap."""

    account: AccountId
    cash_id: int
    instrument: InstrumentId
    currency: Currency
    amount: Money  # Positive: received.
    position: int  # Lots, signed.
    mark: Price
    rate_ppb: int
    event_time: Nanos


class LiquidationFeeCharged(Message, frozen=True):
    """What the insurance fund takes of a position that the venue has closed."""

    account: AccountId
    cash_id: int
    instrument: InstrumentId
    currency: Currency
    amount: Money  # Negative: paid.
    order_id: OrderId
    event_time: Nanos


class LossCovered(Message, frozen=True):
    """The account had lost more than it had: the insurance fund brought it back to nothing."""

    account: AccountId
    cash_id: int
    instrument: InstrumentId  # The last one closed; empty: funding or a fee did it.
    currency: Currency
    amount: Money  # Positive: received.
    event_time: Nanos


CashMovement = FundingPaid | LiquidationFeeCharged | LossCovered


class MarginCalled(Message, frozen=True):
    """A warning: maintenance margin has eaten most of the equity. Below it the venue closes positions."""

    account: AccountId
    currency: Currency
    equity: Money  # Wallet and unrealised profit and loss.
    maintenance: Money
    event_time: Nanos


class QueryPositions(Message, frozen=True):
    account: AccountId
    request_id: int


class PositionState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a venue knows of one position."""

    instrument: InstrumentId
    quantity: int  # Lots, negative: short.
    cost: Money  # Total, signed as the quantity. Never an average.
    mark: Price
    unrealised: Money
    maintenance: Money
    liquidation_price: Price  # All else unchanged; 0: none.


class PositionsReported(Message, frozen=True):
    account: AccountId
    request_id: int
    positions: tuple[PositionState, ...]
    event_time: Nanos


class QueryCash(Message, frozen=True):
    """Movements of cash with an id above `after`, oldest first."""

    account: AccountId
    request_id: int
    after: int
    limit: int = 1_000


class CashReported(Message, frozen=True):
    account: AccountId
    request_id: int
    movements: tuple[CashMovement, ...]
    complete: bool  # False: the limit cut the list, or its beginning is forgotten (then `gap`).
    gap: bool
    event_time: Nanos


class LiquidateAccount(Message, frozen=True):
    """Operator command to a venue: cancel the account's orders and close all its positions, whatever its margin."""

    account: AccountId
    operator: str
    reason: str
