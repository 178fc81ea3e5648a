"""What can be traded, and in which integer units. An instrument fixes tick, lot and minor units so that price x quantity is exact money."""

from enum import StrEnum
from typing import NewType

import msgspec

from seawall.api.units import BASIS_POINTS, MINUTE, PPB, SECOND, Currency, Money, Nanos, Price, Quantity, parse_decimal

Venue = NewType("Venue", str)
Symbol = NewType("Symbol", str)  # BASE-QUOTE[-PERP]
InstrumentId = NewType("InstrumentId", str)  # venue:symbol


class InstrumentKind(StrEnum):
    SPOT = "spot"
    PERPETUAL = "perpetual"


class MarginTier(msgspec.Struct, frozen=True):
    """The rates that hold for a position worth up to `max_notional`: the larger it is, the more it needs.

    initial margin     = notional x initial_ppb
    maintenance margin = notional x maintenance_ppb - deduction   (the deduction makes it continuous from tier to tier)
    """

    max_notional: Money  # Quote minor units; 0: no bound, as the last tier may have it. Without that no larger position is allowed.
    initial_ppb: int
    maintenance_ppb: int
    deduction: Money = Money(0)


class MarginTerms(msgspec.Struct, frozen=True):
    """What makes an instrument a perpetual: settled in its quote currency, never delivered, held to the spot price by funding."""

    tiers: tuple[MarginTier, ...]  # By rising notional.
    funding_interval: Nanos  # Between payments, which fall on its multiples since 1970.
    funding_cap_ppb: int  # Of one payment's rate, either way.
    interest_ppb: int  # Of 8 hours: what the rate tends to while the perpetual stands at its index.
    liquidation_fee_ppb: int  # Of what the venue closes; goes to its insurance fund.
    contract_value: int  # Base minor units in one contract.


class PercentPrice(msgspec.Struct, frozen=True):
    """How far from the last trade a limit price may stand, by side, in basis points of that trade's price: 12,000 is a fifth above."""

    bid_up_bps: int
    bid_down_bps: int
    ask_up_bps: int
    ask_down_bps: int


class PriceBands(msgspec.Struct, frozen=True):
    """Nothing trades further than `width_bps` from the mean of the last trades. Whoever would is stopped, and the market is in its limit
    state; it pauses when no trade follows within `patience`."""

    width_bps: int
    window: Nanos = Nanos(5 * MINUTE)  # Whose trades make the mean.
    patience: Nanos = Nanos(15 * SECOND)
    pause: Nanos = Nanos(5 * MINUTE)


class VelocityPause(msgspec.Struct, frozen=True):
    """The market pauses at once when an order would move the price by more than `move_bps` from where it was in the time `within`."""

    move_bps: int
    within: Nanos = Nanos(10 * SECOND)
    pause: Nanos = Nanos(2 * MINUTE)


class Filters(msgspec.Struct, frozen=True):
    """What a venue may change of a listed instrument, and what each means there. Its units stay as they are."""

    min_price: Price = Price(1)
    max_price: Price = Price(0)  # 0: no limit, here and below.
    min_quantity: Quantity = Quantity(1)
    max_quantity: Quantity = Quantity(0)
    min_notional: Money = Money(0)
    percent_price: PercentPrice | None = None
    max_open_orders: int = 0
    max_conditional_orders: int = 0
    max_iceberg_parts: int = 0
    price_step: int = 1
    quantity_step: int = 1


class Instrument(msgspec.Struct, frozen=True):
    """One symbol on one venue. `define_spot` and `define_perpetual` derive and check the fields that depend on others.

    price in quote currency      = price x tick / price_scale
    quantity in base currency    = quantity x lot / quantity_scale
    notional in quote minor units = price x quantity x tick_value   (exact)
    """

    id: InstrumentId
    venue: Venue
    symbol: Symbol
    kind: InstrumentKind
    base: Currency
    quote: Currency
    tick: int
    price_scale: int  # A power of ten.
    lot: int
    quantity_scale: int  # A power of ten.
    base_decimals: int  # The base currency's minor unit is 10**-base_decimals.
    quote_decimals: int
    tick_value: int  # Quote minor units in one tick x one lot.
    lot_value: int  # Base minor units in one lot.
    maker_fee_ppb: int  # Negative: a rebate.
    taker_fee_ppb: int
    min_price: Price = Price(1)
    max_price: Price = Price(0)  # 0: no limit, here and below.
    min_quantity: Quantity = Quantity(1)
    max_quantity: Quantity = Quantity(0)
    min_notional: Money = Money(0)
    margin: MarginTerms | None = None  # None: spot.
    percent_price: PercentPrice | None = None
    max_open_orders: int = 0  # Of one account; here and below 0: no limit.
    max_conditional_orders: int = 0
    max_iceberg_parts: int = 0  # Parts of one order's quantity, shown one after the other.
    price_step: int = 1  # Prices are multiples of so many ticks: how a venue makes its tick coarser.
    quantity_step: int = 1  # The same of lots.
    price_bands: PriceBands | None = None
    velocity_pause: VelocityPause | None = None


def filters_of(instrument: Instrument) -> Filters:
    return Filters(*[getattr(instrument, name) for name in Filters.__struct_fields__])


def filters_fault(filters: Filters) -> str:
    """What cannot be, in a sentence; empty: nothing."""
    f = filters
    if min(f.min_price, f.min_quantity, f.price_step, f.quantity_step) < 1:
        return "min_price, min_quantity, price_step and quantity_step are 1 or more"
    if min(f.max_price, f.max_quantity, f.min_notional, f.max_open_orders, f.max_conditional_orders, f.max_iceberg_parts) < 0:
        return "a limit is not negative; 0 means that there is none"
    if 0 < f.max_price < f.min_price or 0 < f.max_quantity < f.min_quantity:
        return "a maximum is not under its minimum"
    p = f.percent_price
    if p is not None and not (0 <= p.bid_down_bps <= p.bid_up_bps and 0 <= p.ask_down_bps <= p.ask_up_bps):
        return "percent_price: the lower bound of a side is not negative, and not over the upper one"
    return ""


def guards_fault(instrument: Instrument) -> str:
    """What cannot be of its price bands and velocity pause, in a sentence; empty: nothing."""
    bands, velocity = instrument.price_bands, instrument.velocity_pause
    if bands is not None and not (0 < bands.width_bps < BASIS_POINTS and min(bands.window, bands.patience, bands.pause) > 0):
        return f"price_bands: width_bps is between 1 and {BASIS_POINTS - 1}, and window, patience and pause take some time"
    if velocity is not None and not (0 < velocity.move_bps < BASIS_POINTS and min(velocity.within, velocity.pause) > 0):
        return f"velocity_pause: move_bps is between 1 and {BASIS_POINTS - 1}, and within and pause take some time"
    return ""


def instrument_id(venue: str, symbol: str) -> InstrumentId:
    return InstrumentId(f"{venue}:{symbol}")


def define_spot(
    venue: str,
    symbol: str,
    *,
    tick: str,
    lot: str,
    maker_fee: str = "0.001",
    taker_fee: str = "0.001",
    base_decimals: int = 8,
    quote_decimals: int = 8,
    min_price: str | None = None,
    max_price: str | None = None,
    min_quantity: str | None = None,
    max_quantity: str | None = None,
    min_notional: str | None = None,
) -> Instrument:
    """Defines a spot instrument from decimal texts as venues publish them.

    Raises:
        ValueError: a malformed symbol or number, or units in which price x quantity would not be exact money.
    """
    base, _, quote = symbol.partition("-")
    if not (is_name(base) and is_name(quote)) or symbol != symbol.upper() or ":" in venue or not venue:
        raise ValueError(f"{venue}:{symbol}: the symbol reads BASE-QUOTE in upper case on a named venue")
    for decimals, name in ((base_decimals, "base_decimals"), (quote_decimals, "quote_decimals")):
        if decimals < 0:
            raise ValueError(f"{venue}:{symbol}: {name} must be 0 or more, got {decimals}")
    tick_units, price_scale = _as_units(tick, "tick")
    lot_units, quantity_scale = _as_units(lot, "lot")
    tick_value, rest = divmod(tick_units * lot_units * 10**quote_decimals, price_scale * quantity_scale)
    if rest:
        raise ValueError(
            f"{venue}:{symbol}: tick {tick} x lot {lot} is not a whole number of 1e-{quote_decimals} {quote}; raise quote_decimals"
        )
    lot_value, rest = divmod(lot_units * 10**base_decimals, quantity_scale)
    if rest:
        raise ValueError(f"{venue}:{symbol}: lot {lot} is not a whole number of 1e-{base_decimals} {base}; raise base_decimals")

    def filter_of(name: str, text: str | None, unit: int, scale: int, off: int) -> int:
        """Not given, or 0 as venues publish what they do not use: `off`."""
        count = 0 if text is None else parsed(f"{venue}:{symbol}: {name}", text, unit, scale)
        if count < 0:
            raise ValueError(f"{venue}:{symbol}: {name}: {text} is negative; leave it out where there is no limit")
        return count or off

    return Instrument(
        id=instrument_id(venue, symbol),
        venue=Venue(venue),
        symbol=Symbol(symbol),
        kind=InstrumentKind.SPOT,
        base=Currency(base),
        quote=Currency(quote),
        tick=tick_units,
        price_scale=price_scale,
        lot=lot_units,
        quantity_scale=quantity_scale,
        base_decimals=base_decimals,
        quote_decimals=quote_decimals,
        tick_value=tick_value,
        lot_value=lot_value,
        maker_fee_ppb=parsed(f"{venue}:{symbol}: maker_fee", maker_fee, 1, PPB),
        taker_fee_ppb=parsed(f"{venue}:{symbol}: taker_fee", taker_fee, 1, PPB),
        min_price=Price(filter_of("min_price", min_price, tick_units, price_scale, 1)),
        max_price=Price(filter_of("max_price", max_price, tick_units, price_scale, 0)),
        min_quantity=Quantity(filter_of("min_quantity", min_quantity, lot_units, quantity_scale, 1)),
        max_quantity=Quantity(filter_of("max_quantity", max_quantity, lot_units, quantity_scale, 0)),
        min_notional=Money(filter_of("min_notional", min_notional, 1, 10**quote_decimals, 0)),
    )


def is_name(currency: str) -> bool:
    return currency.replace(".", "").replace("_", "").isalnum() and currency.isascii()


def parsed(where: str, text: str, unit: int, scale: int) -> int:
    try:
        return parse_decimal(text, unit, scale)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _as_units(text: str, name: str) -> tuple[int, int]:
    """A positive decimal as (units, power of ten): "0.05" is (5, 100)."""
    whole, _, fraction = text.partition(".")
    if not (whole + fraction).isdecimal() or not int(whole + fraction):
        raise ValueError(f"{name} must be a positive decimal like 0.01, got {text!r}")
    fraction = fraction.rstrip("0")
    return int(whole + fraction), 10 ** len(fraction)
