"""Moves an account's money without a fill, and says so: funding, liquidation fees, losses that the insurance fund covers. And warns."""

from seawall.api.instruments import InstrumentId
from seawall.api.margin import CashMovement, FundingPaid, LiquidationFeeCharged, LossCovered, MarginCalled
from seawall.api.message import Envelope
from seawall.api.orders import AccountId, OrderId
from seawall.api.units import Currency, Money, Nanos, Price
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.margin.cash import CashHistory

NOTHING = InstrumentId("")
CALL_PERCENT = 80  # Of the equity that maintenance may take before the account is warned.


def post_funding(
    floor: Floor, name: AccountId, instrument: InstrumentId, currency: Currency, amount: int, lots: int, mark: int, rate_ppb: int, at: Nanos
) -> Envelope:
    """Between the account and the insurance fund, through which every payment goes: it keeps what rounding leaves."""
    member = floor.members[name]
    transfer(floor.state.ledger.insurance, member.account.free, currency, amount)
    history = _history(member)
    return _said(member, FundingPaid(name, history.next_id(), instrument, currency, Money(amount), lots, Price(mark), rate_ppb, at))


def charge_liquidation(
    floor: Floor, name: AccountId, instrument: InstrumentId, currency: Currency, fee: int, order_id: OrderId, now: Nanos
) -> Envelope:
    member = floor.members[name]
    transfer(member.account.free, floor.state.ledger.insurance, currency, fee)
    history = _history(member)
    return _said(member, LiquidationFeeCharged(name, history.next_id(), instrument, currency, Money(-fee), order_id, now))


def cover(floor: Floor, name: AccountId, currency: Currency, now: Nanos, instrument: InstrumentId = NOTHING) -> list[Envelope]:
    """Brings a wallet without positions back to nothing: from the insurance fund, and what that lacks from the venue's own fees."""
    member = floor.members[name]
    lost = -member.account.free[currency]
    if lost <= 0:
        return []
    ledger = floor.state.ledger
    insured = min(lost, max(0, ledger.insurance[currency]))
    transfer(ledger.insurance, member.account.free, currency, insured)
    transfer(ledger.fees, member.account.free, currency, lost - insured)
    history = _history(member)
    return [_said(member, LossCovered(name, history.next_id(), instrument, currency, Money(lost), now))]


def warn(floor: Floor, name: AccountId, currency: Currency, equity: int, maintenance: int, now: Nanos) -> list[Envelope]:
    """A margin call when most of the equity is needed: once, until things are better."""
    member = floor.members[name]
    if not maintenance or maintenance * 100 < equity * CALL_PERCENT:
        member.account.called.pop(currency, None)
        return []
    if currency in member.account.called:
        return []
    member.account.called[currency] = True
    return [Envelope(member.owner, MarginCalled(name, currency, Money(equity), Money(maintenance), now))]


def _history(member: Member) -> CashHistory:
    history = member.client.cash
    if history is None:
        history = member.client.cash = CashHistory()
    return history


def _said(member: Member, movement: CashMovement) -> Envelope:
    assert member.client.cash is not None, "a movement has a history"
    member.client.cash.remember(movement)
    return Envelope(member.owner, movement)
