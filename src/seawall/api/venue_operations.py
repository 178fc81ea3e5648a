"""What the operator of a venue can do to its users, and what the public is told of it."""

from enum import StrEnum

from seawall.api.instruments import Filters, InstrumentId
from seawall.api.message import Message
from seawall.api.orders import AccountId
from seawall.api.rate_limits import RateLimits
from seawall.api.units import Nanos


class TradingStatus(StrEnum):
    TRADING = "trading"
    LIMITED = "limited"  # Somebody would trade beyond the price bands and may not. A pause follows if nothing trades within them.
    PAUSED = "paused"  # As halted, but the venue did it by itself and ends it by itself.
    HALTED = "halted"  # Open orders stay and can be cancelled; nothing new is taken, so nothing trades.


class HaltInstrument(Message, frozen=True):
    """Needs a name and a reason, as every command here."""

    instrument: InstrumentId
    operator: str
    reason: str


class ResumeInstrument(Message, frozen=True):
    instrument: InstrumentId
    operator: str
    reason: str


class CancelAccountOrders(Message, frozen=True):
    """Every open order of the account, in all instruments. They expire: it was not their owner who canceled."""

    account: AccountId
    operator: str
    reason: str


class ChangeFilters(Message, frozen=True):
    """All of them, as they are to be. What rests stays as it is, whatever they say: only what comes from now on must pass."""

    instrument: InstrumentId
    filters: Filters
    operator: str
    reason: str


class FiltersChanged(Message, frozen=True):
    """Public."""

    instrument: InstrumentId
    filters: Filters
    reason: str
    event_time: Nanos


class ChangeFees(Message, frozen=True):
    """Of every fill from now on, also of orders that rest."""

    instrument: InstrumentId
    maker_fee_ppb: int
    taker_fee_ppb: int
    operator: str
    reason: str


class FeesChanged(Message, frozen=True):
    """Public."""

    instrument: InstrumentId
    maker_fee_ppb: int
    taker_fee_ppb: int
    reason: str
    event_time: Nanos


class ChangeRateLimits(Message, frozen=True):
    """For a venue that counts requests. Counts begin anew; bans go on."""

    rate_limits: RateLimits
    operator: str
    reason: str


class RateLimitsChanged(Message, frozen=True):
    """Public."""

    rate_limits: RateLimits
    reason: str
    event_time: Nanos


class QueryTradingStatus(Message, frozen=True):
    """Which instruments are halted: for whoever may have missed a change."""

    account: AccountId
    request_id: int


class TradingStatusReported(Message, frozen=True):
    account: AccountId
    request_id: int
    halted: dict[InstrumentId, str]  # Why; all others trade.
    event_time: Nanos


class TradingStatusChanged(Message, frozen=True):
    """Public."""

    instrument: InstrumentId
    status: TradingStatus
    reason: str
    event_time: Nanos
    until: Nanos = Nanos(0)  # LIMITED: a pause begins then. PAUSED: it ends then. 0: nobody knows.
