"""The funding payment of one perpetual at its due time: who is long pays who is short, or the other way round. The venue takes nothing.

payment = notional at the mark x rate, rounded against each account; what that leaves stays in the insurance fund.
"""

from seawall.api.message import Envelope
from seawall.api.units import PPB, Nanos, ceil_div
from seawall.exchange.core.floor import Floor, Listing
from seawall.exchange.core.margin.marks import Perpetual
from seawall.exchange.core.margin.post import post_funding


def settle_funding(floor: Floor, listing: Listing, perpetual: Perpetual, now: Nanos) -> list[Envelope]:
    """Pays what is due by `now`; the first time it only finds out when the next payment is."""
    instrument = listing.instrument
    assert instrument.margin is not None, "only perpetuals pay funding"
    interval = instrument.margin.funding_interval
    out: list[Envelope] = []
    while 0 < perpetual.next_funding <= now:
        out += _pay(floor, listing, perpetual)
        perpetual.last_rate_ppb = perpetual.next_rate_ppb
        perpetual.premium_sum = perpetual.premium_count = 0
        perpetual.next_funding = Nanos(perpetual.next_funding + interval)
    if not perpetual.next_funding:
        perpetual.next_funding = Nanos((now // interval + 1) * interval)
    return out


def _pay(floor: Floor, listing: Listing, perpetual: Perpetual) -> list[Envelope]:
    instrument, rate, mark, at = listing.instrument, perpetual.next_rate_ppb, perpetual.mark, perpetual.next_funding
    out: list[Envelope] = []
    for name, account in floor.state.ledger.accounts.items():
        position = account.positions.get(instrument.id)
        if position is not None and rate:
            owed = ceil_div(position.quantity * mark * instrument.tick_value * rate, PPB)
            out.append(post_funding(floor, name, instrument.id, instrument.quote, -owed, position.quantity, mark, rate, at))
    return out
