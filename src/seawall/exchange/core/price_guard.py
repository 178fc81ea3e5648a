"""Price bands and velocity pauses: between which prices an instrument may trade now, and what happens when an order would go beyond.

Bands: width either way of the mean of the trades in a window; before the first trade, and after a pause, there are none. Velocity: move
either way of the highest and lowest price in a shorter time. Windows move on in slots, a thirtieth of them. An order takes what it may; the
rest expires, and the market is limited (bands) or pauses (velocity). The venue's own liquidations are not stopped.
"""

from collections.abc import Iterator

from seawall.api.instruments import Instrument
from seawall.api.market_data import Traded
from seawall.api.message import PUBLIC, Envelope
from seawall.api.orders import Side
from seawall.api.units import BASIS_POINTS, SECOND, Nanos, Price, Quantity, ceil_div
from seawall.api.venue_operations import TradingStatus, TradingStatusChanged
from seawall.exchange.core.floor import Floor, Listing, PriceGuard, Slot

LIMITED, PAUSED, TRADING = TradingStatus.LIMITED, TradingStatus.PAUSED, TradingStatus.TRADING
SLOTS = 30
NO_BOUND = 2**63 - 1  # Above any price that pays for anything.


def update(listing: Listing, guard: PriceGuard, now: Nanos) -> None:
    """Works out the collar as of `now`."""
    bands, speed = _bands(listing.instrument, guard), _speed(listing, guard, now)
    guard.lower, guard.upper = max(bands[0], speed[0]), min(bands[1], speed[1])


def note_trades(listing: Listing, guard: PriceGuard, out: list[Envelope], since: int, now: Nanos) -> None:
    """Of the prints in `out` from `since` on. A trade ends the limit state."""
    bands, velocity = listing.instrument.price_bands, listing.instrument.velocity_pause
    told = [envelope.message for envelope in out[since:]]
    prices = [said.price for said in told if type(said) is Traded and said.instrument == listing.instrument.id]
    for price in prices:
        if bands is not None:
            _note(guard.recent, price, bands.window, now)
        if velocity is not None:
            _note(guard.fast, price, velocity.within, now)
    if prices:
        update(listing, guard, now)
        if guard.until:
            guard.until = Nanos(0)
            _tell(listing, TRADING, "it trades within its price bands", out, now)


def press(floor: Floor, listing: Listing, guard: PriceGuard, price: int, out: list[Envelope], now: Nanos) -> None:
    """An order was stopped: it would have traded, or stood, at `price`."""
    if listing.market.halted:
        return
    bands, velocity = listing.instrument.price_bands, listing.instrument.velocity_pause
    low, high = _speed(listing, guard, now)
    if velocity is not None and not low <= price <= high:
        reason = f"the price would move by more than {velocity.move_bps} basis points within {velocity.within // SECOND} s"
        _pause(floor, listing, guard, reason, velocity.pause, out, now)
    elif bands is not None and not guard.until:
        guard.until = Nanos(now + bands.patience)
        _tell(listing, LIMITED, f"an order reaches beyond the price bands, {guard.lower} to {guard.upper} ticks", out, now)


def pass_time(floor: Floor, listing: Listing, guard: PriceGuard, out: list[Envelope], now: Nanos) -> None:
    if listing.market.halted:
        listing.market.halted = ""
        forget(guard)
        floor.sort_out()
        _tell(listing, TRADING, "the pause is over", out, now)
        return
    bands = listing.instrument.price_bands
    assert bands is not None, "only bands limit"
    _pause(floor, listing, guard, "nothing traded within the price bands", bands.pause, out, now)


def forget(guard: PriceGuard) -> None:
    """What was before a pause or a halt says nothing about the price after it."""
    guard.recent.clear()
    guard.fast.clear()
    guard.lower, guard.upper, guard.until = 0, NO_BOUND, Nanos(0)


def within(guard: PriceGuard, supply: Iterator[tuple[Price, Quantity]]) -> Iterator[tuple[Price, Quantity]]:
    """As much of it as may be traded."""
    for price, quantity in supply:
        if not guard.lower <= price <= guard.upper:
            return
        yield price, quantity


def capped(guard: PriceGuard, side: Side, limit: Price) -> Price:
    return Price(min(limit, guard.upper) if side is Side.BUY else max(limit, guard.lower))


def _pause(floor: Floor, listing: Listing, guard: PriceGuard, reason: str, pause: Nanos, out: list[Envelope], now: Nanos) -> None:
    listing.market.halted = reason
    guard.until = Nanos(now + pause)
    floor.sort_out()
    _tell(listing, PAUSED, reason, out, now)


def _tell(listing: Listing, status: TradingStatus, reason: str, out: list[Envelope], now: Nanos) -> None:
    guard = listing.market.guard
    assert guard is not None
    out.append(Envelope(PUBLIC, TradingStatusChanged(listing.instrument.id, status, reason, now, guard.until)))


def _bands(instrument: Instrument, guard: PriceGuard) -> tuple[int, int]:
    bands, trades = instrument.price_bands, sum([slot.trades for slot in guard.recent])
    if bands is None or not trades:
        return 0, NO_BOUND
    mean = sum([slot.total for slot in guard.recent]) // trades
    return ceil_div(mean * (BASIS_POINTS - bands.width_bps), BASIS_POINTS), mean * (BASIS_POINTS + bands.width_bps) // BASIS_POINTS


def _speed(listing: Listing, guard: PriceGuard, now: Nanos) -> tuple[int, int]:
    velocity, last = listing.instrument.velocity_pause, listing.market.last_price
    if velocity is None or not guard.fast:
        return 0, NO_BOUND
    alive = [slot for slot in guard.fast if slot.time > now - velocity.within]
    low, high = min([last, *(slot.low for slot in alive)]), max([last, *(slot.high for slot in alive)])
    return ceil_div(high * (BASIS_POINTS - velocity.move_bps), BASIS_POINTS), low * (BASIS_POINTS + velocity.move_bps) // BASIS_POINTS


def _note(slots: list[Slot], price: int, window: int, now: Nanos) -> None:
    """A slot's time is its last trade's. What lies before the window is forgotten with the next trade, not earlier: a mean needs some."""
    if slots and slots[-1].number == now * SLOTS // window:
        slot = slots[-1]
        slot.total, slot.trades, slot.time = slot.total + price, slot.trades + 1, now
        slot.low, slot.high = min(slot.low, price), max(slot.high, price)
    else:
        slots.append(Slot(now * SLOTS // window, now, price, 1, price, price))
    while slots[0].time <= now - window:
        del slots[0]
