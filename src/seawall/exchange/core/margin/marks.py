"""Index, mark price and funding rate of one perpetual: what they are made of, and the formulas. Once a second, never in between.

index    the median of the middles of the spot markets it watches, those not heard of for a minute left out; or what it is told
price 1  index x (1 + last funding rate x time left / funding interval)
price 2  index + the mean of the last 30 seconds' (middle of the book - index)
mark     the median of price 1, price 2 and the last trade; without an index, of bid, ask and last trade
premium  (max(0, impact bid - index) - max(0, index - impact ask)) / index, at the prices at which 200 units x leverage would trade
rate     (mean premium + clamp(interest - mean premium, 0.05 %)) x funding interval / 8 hours, within the cap
"""

import msgspec

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.orders import Side
from seawall.api.units import HOUR, MINUTE, PPB, SECOND, Nanos, half_even_div
from seawall.exchange.core.order_book import OrderBook

INTERVAL = SECOND
STALE = MINUTE  # A spot market that says nothing for so long does not count.
BASIS_WINDOW = 30  # Seconds.
IMPACT_UNITS = 200  # Of the quote currency: the margin of the order whose price the premium looks at.
DAMPENER_PPB = 500_000
RATE_HOURS = 8


class SpotPrice(msgspec.Struct):
    price: int  # In ticks of the perpetual.
    time: Nanos


class Perpetual(msgspec.Struct):
    """What a venue keeps of a perpetual's prices. In ticks; 0: not known."""

    mark: int = 0
    index: int = 0
    last_rate_ppb: int = 0  # Of the last funding payment.
    next_rate_ppb: int = 0  # As things stand.
    next_mark: Nanos = Nanos(0)
    next_funding: Nanos = Nanos(0)  # 0: the clock has not begun.
    basis: list[int] = []
    premium_sum: int = 0  # Since the last payment, in parts per billion.
    premium_count: int = 0
    spot: dict[InstrumentId, SpotPrice] = {}


def note_spot(perpetual: Perpetual, instrument: Instrument, spot: Instrument, bid: int, ask: int, now: Nanos) -> None:
    """The best bid and offer of a spot market that the index watches. A market with one side empty is as good as silent."""
    if not 0 < bid < ask:
        return
    ticks = half_even_div((bid + ask) * spot.tick * instrument.price_scale, 2 * spot.price_scale * instrument.tick)
    perpetual.spot[spot.id] = SpotPrice(ticks, now)


def revalue(perpetual: Perpetual, instrument: Instrument, book: OrderBook, last: int, now: Nanos) -> None:
    """Works out index, mark and funding rate as of `now`. `last`: the price of the last trade."""
    fresh = [spot.price for spot in perpetual.spot.values() if now - spot.time <= STALE]
    if fresh:
        perpetual.index = _median(fresh)
    bid, ask, index = book.best_bid, book.best_ask, perpetual.index
    middle = (bid + ask) // 2 if bid and ask else 0
    if not index:
        known = [price for price in (bid, ask, last) if price]
        perpetual.mark = _median(known) if known else perpetual.mark
        return
    if middle:
        perpetual.basis.append(middle - index)
        del perpetual.basis[:-BASIS_WINDOW]
        perpetual.premium_sum += _premium(instrument, book, index)
        perpetual.premium_count += 1
    assert instrument.margin is not None, "only perpetuals are marked"
    interval = instrument.margin.funding_interval
    left = max(0, perpetual.next_funding - now)
    first = index + half_even_div(index * perpetual.last_rate_ppb * left, PPB * interval)
    second = index + (half_even_div(sum(perpetual.basis), len(perpetual.basis)) if perpetual.basis else 0)
    perpetual.mark = max(1, sorted((first, second, last or middle or index))[1])
    perpetual.next_rate_ppb = _rate(perpetual, instrument)


def _premium(instrument: Instrument, book: OrderBook, index: int) -> int:
    """In parts per billion of the index."""
    assert instrument.margin is not None, "only perpetuals have a premium"
    notional = IMPACT_UNITS * 10**instrument.quote_decimals * PPB // instrument.margin.tiers[0].initial_ppb
    bid, ask = (_impact(instrument, book, side, notional) for side in (Side.BUY, Side.SELL))
    above = max(0, bid - index) if bid else 0
    below = max(0, index - ask) if ask else 0
    return (above - below) * PPB // index


def _impact(instrument: Instrument, book: OrderBook, side: Side, notional: int) -> int:
    """The mean price at which an order worth `notional` would trade with that side; 0: there is not so much."""
    lots = spent = 0
    for price, quantity in book.depth(side):
        each = price * instrument.tick_value
        wanted = max(1, (notional - spent) // each)
        taken = min(quantity, wanted)
        lots += taken
        spent += taken * each
        if taken == wanted:
            return half_even_div(spent, lots * instrument.tick_value)
    return 0


def _rate(perpetual: Perpetual, instrument: Instrument) -> int:
    terms = instrument.margin
    assert terms is not None, "only perpetuals have a rate"
    if not perpetual.premium_count:
        return 0
    mean = half_even_div(perpetual.premium_sum, perpetual.premium_count)
    rate = mean + max(-DAMPENER_PPB, min(terms.interest_ppb - mean, DAMPENER_PPB))
    return max(-terms.funding_cap_ppb, min(half_even_div(rate * terms.funding_interval, RATE_HOURS * HOUR), terms.funding_cap_ppb))


def _median(prices: list[int]) -> int:
    ordered = sorted(prices)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else half_even_div(ordered[half - 1] + ordered[half], 2)
