"""PlaceOrder for what is not plain: conditional orders, icebergs, orders with an expiry or with self-trade prevention. And their cancels.

What is checked stands in admission.py. Everything else is as for plain orders (order_entry.py).
"""

from seawall.api.message import Envelope
from seawall.api.orders import CONDITIONAL, PlaceOrder
from seawall.api.units import Nanos
from seawall.exchange.core.accounts import transfer
from seawall.exchange.core.admission import accept, cannot_carry, lock_for, review, wait
from seawall.exchange.core.answers import reject
from seawall.exchange.core.closing import canceled
from seawall.exchange.core.floor import Floor, Listing, Member
from seawall.exchange.core.lists import end_with_list
from seawall.exchange.core.order_book import ANY_PRICE, Order
from seawall.exchange.core.terms import terms_of
from seawall.exchange.core.triggering import trigger
from seawall.exchange.core.working import work


def place_special(floor: Floor, listing: Listing, member: Member, request: PlaceOrder, now: Nanos) -> list[Envelope]:
    terms = terms_of(request)
    verdict = review(listing, member, request, terms, now)
    if isinstance(verdict, tuple):
        return reject(member, request, now, *verdict)
    currency, amount = lock_for(listing, request, terms, verdict)
    refusal = cannot_carry(floor, listing, member, request, terms, verdict, amount)
    if refusal is not None:
        return reject(member, request, now, *refusal)
    transfer(member.account.free, member.account.locked, currency, amount)
    out: list[Envelope] = []
    order = accept(floor, member, request, terms, verdict, out, now)
    if request.order_type in CONDITIONAL:
        wait(floor, listing, member, order)
        return out
    work(floor, listing, member, order, order.price or ANY_PRICE[order.side], out, now)
    trigger(floor, listing, out, 0, now)
    return out


def cancel_special(listing: Listing, member: Member, order: Order, now: Nanos) -> list[Envelope]:
    """Of a list, all of it."""
    out: list[Envelope] = []
    end_with_list(listing, member, order, canceled(order, now), out, now)
    return out
