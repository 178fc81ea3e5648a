"""The venue's operator: halt and resume an instrument, change its filters and fees, end all orders of an account. Without a name and a
reason nothing happens, nor with terms that cannot be. Liquidating an account is in margin/, rate limits are in rate_limits.py.
"""

import msgspec

from seawall.api.instruments import filters_fault
from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import ExpiryReason
from seawall.api.units import PPB, Nanos
from seawall.api.venue_operations import (
    CancelAccountOrders,
    ChangeFees,
    ChangeFilters,
    FeesChanged,
    FiltersChanged,
    HaltInstrument,
    ResumeInstrument,
    TradingStatus,
    TradingStatusChanged,
)
from seawall.exchange.core.expiry import expire_all
from seawall.exchange.core.floor import Floor
from seawall.exchange.core.price_guard import forget


def halt_instrument(floor: Floor, command: HaltInstrument, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(command.instrument)
    if listing is None or not _signed(command):
        return floor.drop()
    guard = listing.market.guard
    if listing.market.halted and (guard is None or not guard.until):  # A pause becomes a halt.
        return floor.drop()
    listing.market.halted = command.reason
    if guard is not None:
        forget(guard)
    floor.sort_out()
    return [Envelope(PUBLIC, TradingStatusChanged(command.instrument, TradingStatus.HALTED, command.reason, now))]


def resume_instrument(floor: Floor, command: ResumeInstrument, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(command.instrument)
    if listing is None or not listing.market.halted or not _signed(command):
        return floor.drop()
    listing.market.halted = ""
    if listing.market.guard is not None:
        forget(listing.market.guard)
    floor.sort_out()
    return [Envelope(PUBLIC, TradingStatusChanged(command.instrument, TradingStatus.TRADING, command.reason, now))]


def change_filters(floor: Floor, command: ChangeFilters, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(command.instrument)
    if listing is None or filters_fault(command.filters) or not _signed(command):
        return floor.drop()
    listing.market.changed = msgspec.structs.replace(listing.instrument, **msgspec.structs.asdict(command.filters))
    listing.terms_are(listing.market.changed)
    floor.sort_out()
    return [Envelope(PUBLIC, FiltersChanged(command.instrument, command.filters, command.reason, now))]


def change_fees(floor: Floor, command: ChangeFees, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(command.instrument)
    maker, taker = command.maker_fee_ppb, command.taker_fee_ppb
    if listing is None or max(abs(maker), abs(taker)) > PPB or not _signed(command):
        return floor.drop()
    listing.market.changed = msgspec.structs.replace(listing.instrument, maker_fee_ppb=maker, taker_fee_ppb=taker)
    listing.terms_are(listing.market.changed)
    return [Envelope(PUBLIC, FeesChanged(command.instrument, maker, taker, command.reason, now))]


def cancel_account(floor: Floor, command: CancelAccountOrders, now: Nanos) -> list[Envelope]:
    member = floor.members.get(command.account)
    if member is None or not _signed(command):
        return floor.drop()
    out: list[Envelope] = []
    expire_all(floor, member, ExpiryReason.OPERATOR, out, now)
    return out


def _signed(command: HaltInstrument | ResumeInstrument | ChangeFilters | ChangeFees | CancelAccountOrders) -> bool:
    return bool(command.operator.strip() and command.reason.strip())
