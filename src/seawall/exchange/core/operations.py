"""The venue's operator: halt and resume an instrument, cancel all orders of an account. Without a name and a reason nothing happens."""

from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import CancelOrder
from seawall.api.units import Nanos
from seawall.api.venue_operations import CancelAccountOrders, HaltInstrument, ResumeInstrument, TradingStatus, TradingStatusChanged
from seawall.exchange.core.floor import Floor
from seawall.exchange.core.order_entry import cancel_order


def halt_instrument(floor: Floor, command: HaltInstrument, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(command.instrument)
    if listing is None or listing.market.halted or not _signed(command):
        return floor.drop()
    listing.market.halted = command.reason
    floor.sort_out()
    return [Envelope(PUBLIC, TradingStatusChanged(command.instrument, TradingStatus.HALTED, command.reason, now))]


def resume_instrument(floor: Floor, command: ResumeInstrument, now: Nanos) -> list[Envelope]:
    listing = floor.listings.get(command.instrument)
    if listing is None or not listing.market.halted or not _signed(command):
        return floor.drop()
    listing.market.halted = ""
    floor.sort_out()
    return [Envelope(PUBLIC, TradingStatusChanged(command.instrument, TradingStatus.TRADING, command.reason, now))]


def cancel_account(floor: Floor, command: CancelAccountOrders, now: Nanos) -> list[Envelope]:
    member = floor.members.get(command.account)
    if member is None or not _signed(command):
        return floor.drop()
    out: list[Envelope] = []
    for order in sorted(member.open.values(), key=lambda order: order.order_id):
        if order.client_order_id in member.open:  # Else it went with another of its list.
            out += cancel_order(floor, CancelOrder(command.account, order.client_order_id, order.instrument), now)
    return out


def _signed(command: HaltInstrument | ResumeInstrument | CancelAccountOrders) -> bool:
    return bool(command.operator.strip() and command.reason.strip())
