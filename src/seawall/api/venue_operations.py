"""What the operator of a venue can do to its users, and what the public is told of it."""

from enum import StrEnum

from seawall.api.instruments import InstrumentId
from seawall.api.message import Message
from seawall.api.orders import AccountId
from seawall.api.units import Nanos


class TradingStatus(StrEnum):
    TRADING = "trading"
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
    """Every open order of the account, in all instruments. To their owner they are canceled."""

    account: AccountId
    operator: str
    reason: str


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
