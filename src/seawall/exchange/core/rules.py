"""What a venue asks before it looks at an order: is the instrument halted, and the limits that an instrument may have.

Instruments without either are kept apart in `Floor.free`: their orders are asked nothing.
"""

from collections.abc import Sequence

from seawall.api.instruments import Instrument
from seawall.api.orders import CONDITIONAL, PlaceOrder, RejectReason, Side
from seawall.api.units import BASIS_POINTS
from seawall.exchange.core.filters import Refusal
from seawall.exchange.core.floor import Floor, Listing, Member


def rule_refusal(floor: Floor, member: Member, request: PlaceOrder, beside: Sequence[PlaceOrder] = ()) -> Refusal | None:
    """`beside`: what comes with it and is not open yet."""
    listing = floor.listings.get(request.instrument)
    if listing is None:
        return RejectReason.UNKNOWN_INSTRUMENT, f"{request.instrument} is not listed here"
    if listing.market.halted:
        return RejectReason.MARKET_HALTED, f"trading is halted: {listing.market.halted}"
    return _far(listing.instrument, listing, request) or _many(listing.instrument, member, request, beside)


def _far(instrument: Instrument, listing: Listing, request: PlaceOrder) -> Refusal | None:
    """The limit price against the last trade, by side; before the first trade everything passes."""
    rule, last, price = instrument.percent_price, listing.market.last_price, request.price
    if rule is None or not last or price <= 0:
        return None
    up, down = (rule.bid_up_bps, rule.bid_down_bps) if request.side is Side.BUY else (rule.ask_up_bps, rule.ask_down_bps)
    if down * last <= price * BASIS_POINTS <= up * last:
        return None
    return RejectReason.PERCENT_PRICE, f"a {request.side} may stand at {down} to {up} basis points of the last price"


def _many(instrument: Instrument, member: Member, request: PlaceOrder, beside: Sequence[PlaceOrder]) -> Refusal | None:
    """Open orders of the account in this instrument: all of them, and those with a condition."""
    if not instrument.max_open_orders and not instrument.max_conditional_orders:
        return None
    own = [order.order_type for order in member.open.values() if order.instrument == request.instrument]
    own += [order.order_type for order in beside]
    if 0 < instrument.max_open_orders <= len(own):
        return RejectReason.MAX_ORDERS, f"{len(own)} orders are open; the account may have {instrument.max_open_orders} here"
    if request.order_type in CONDITIONAL and instrument.max_conditional_orders:
        waiting = len([kind for kind in own if kind in CONDITIONAL])
        if waiting >= instrument.max_conditional_orders:
            return (
                RejectReason.MAX_ORDERS,
                f"{waiting} conditional orders are open, as many as the account may have",
            )
    return None
