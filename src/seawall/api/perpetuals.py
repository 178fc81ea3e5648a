"""Defines linear perpetuals: margined and settled in the quote currency. Inverse ones (settled in the coin) are not traded here."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from seawall.api.instruments import Instrument, InstrumentKind, MarginTerms, MarginTier, Symbol, define_spot, instrument_id, parsed
from seawall.api.units import HOUR, PPB, Money, Nanos, ceil_div

SUFFIX = "-PERP"

Tier = tuple[str | None, str, str]  # Largest notional (None: unbounded), initial and maintenance margin as fractions of it.


def define_perpetual(
    venue: str,
    symbol: str,
    *,
    tick: str,
    lot: str,
    contract_multiplier: str = "1",
    maker_fee: str = "0.0002",
    taker_fee: str = "0.0005",
    max_leverage: str | None = None,
    initial_margin: str | None = None,
    maintenance_margin: str | None = None,
    tiers: Sequence[Tier] = (),
    funding_interval_hours: str = "8",
    funding_cap: str = "0.02",
    interest: str = "0.0001",
    liquidation_fee: str = "0.01",
    base_decimals: int = 8,
    quote_decimals: int = 8,
    min_price: str | None = None,
    max_price: str | None = None,
    min_quantity: str | None = None,
    max_quantity: str | None = None,
    min_notional: str | None = None,
) -> Instrument:
    """Defines a linear perpetual, `BASE-QUOTE-PERP`, from decimal texts as venues publish them.

    `lot`, `min_quantity` and `max_quantity` count contracts of `contract_multiplier` base currency; everywhere else quantities are base
    currency. Margin: `tiers`, or one rate for every size from `initial_margin` or `max_leverage` (its inverse; 20 unless told
    otherwise); `maintenance_margin` is half of it unless given. Rates are fractions of the notional, `interest` one of 8 hours.

    Raises:
        ValueError: a malformed symbol or number, margin that makes no sense, or units in which price x quantity would not be exact money.
    """
    name = f"{venue}:{symbol}"
    pair = symbol.removesuffix(SUFFIX)
    if pair == symbol:
        raise ValueError(f"{name}: a perpetual's symbol reads BASE-QUOTE{SUFFIX}")
    multiplier = _decimal(name, "contract_multiplier", contract_multiplier)
    if multiplier <= 0:
        raise ValueError(f"{name}: contract_multiplier must be positive, got {contract_multiplier}")

    def in_base(field: str, contracts: str | None) -> str | None:
        return None if contracts is None else format(_decimal(name, field, contracts) * multiplier, "f")

    try:
        spot = define_spot(
            venue, pair, tick=tick, lot=in_base("lot", lot) or "", maker_fee=maker_fee, taker_fee=taker_fee, base_decimals=base_decimals,
            quote_decimals=quote_decimals, min_price=min_price, max_price=max_price, min_quantity=in_base("min_quantity", min_quantity),
            max_quantity=in_base("max_quantity", max_quantity), min_notional=min_notional,
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(str(error).replace(f"{venue}:{pair}:", f"{name}:")) from None
    if not tiers:
        initial = _initial(name, initial_margin, max_leverage)
        maintenance = _rounded_up(name, "maintenance_margin", maintenance_margin) if maintenance_margin else ceil_div(initial, 2)
        rates = [(0, initial, maintenance)]
    elif initial_margin or maintenance_margin or max_leverage:
        raise ValueError(f"{name}: give tiers, or max_leverage, initial_margin and maintenance_margin, not both")
    else:
        rates = [_rates(name, tier, quote_decimals) for tier in tiers]
    terms = MarginTerms(
        tiers=_tiers(name, rates),
        funding_interval=Nanos(parsed(f"{name}: funding_interval_hours", funding_interval_hours, 1, 1) * HOUR),
        funding_cap_ppb=_fraction(name, "funding_cap", funding_cap),
        interest_ppb=parsed(f"{name}: interest", interest, 1, PPB),
        liquidation_fee_ppb=_fraction(name, "liquidation_fee", liquidation_fee),
        contract_value=parsed(f"{name}: contract_multiplier", contract_multiplier, 1, 10**base_decimals),
    )
    if terms.funding_interval <= 0:
        raise ValueError(f"{name}: funding_interval_hours must be 1 or more, got {funding_interval_hours}")
    return msgspec.structs.replace(
        spot, id=instrument_id(venue, symbol), symbol=Symbol(symbol), kind=InstrumentKind.PERPETUAL, margin=terms
    )


def _initial(name: str, initial_margin: str | None, max_leverage: str | None) -> int:
    if initial_margin:
        return _rounded_up(name, "initial_margin", initial_margin)
    leverage = _decimal(name, "max_leverage", max_leverage or "20")
    if leverage < 1:
        raise ValueError(f"{name}: max_leverage is 1 or more, got {max_leverage}")
    numerator, denominator = leverage.as_integer_ratio()
    return ceil_div(PPB * denominator, numerator)


def _rates(name: str, tier: Tier, quote_decimals: int) -> tuple[int, int, int]:
    up_to, initial, maintenance = tier
    bound = 0 if up_to is None else parsed(f"{name}: a tier's notional", up_to, 1, 10**quote_decimals)
    return bound, _rounded_up(name, "initial_margin", initial), _rounded_up(name, "maintenance_margin", maintenance)


def _tiers(name: str, rates: Sequence[tuple[int, int, int]]) -> tuple[MarginTier, ...]:
    made: list[MarginTier] = []
    for bound, initial, maintenance in rates:
        if not 0 < maintenance < initial <= PPB:
            raise ValueError(f"{name}: margin is 0 < maintenance < initial <= 1, got {maintenance} and {initial} parts per billion")
        deduction = 0
        if made:
            last = made[-1]
            if not last.max_notional or 0 < bound <= last.max_notional or initial < last.initial_ppb or maintenance < last.maintenance_ppb:
                raise ValueError(f"{name}: tiers go by rising notional and rates, and only the last may be without a bound")
            deduction = last.deduction + last.max_notional * (maintenance - last.maintenance_ppb) // PPB
        made.append(MarginTier(Money(bound), initial, maintenance, Money(deduction)))
    return tuple(made)


def _rounded_up(name: str, field: str, text: str) -> int:
    numerator, denominator = _decimal(name, field, text).as_integer_ratio()
    return ceil_div(numerator * PPB, denominator)


def _fraction(name: str, field: str, text: str) -> int:
    rate = parsed(f"{name}: {field}", text, 1, PPB)
    if not 0 <= rate <= PPB:
        raise ValueError(f"{name}: {field} is a fraction between 0 and 1, got {text}")
    return rate


def _decimal(name: str, field: str, text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{name}: {field}: not a number: {text!r}") from None
    if not value.is_finite():
        raise ValueError(f"{name}: {field}: not a finite number: {text!r}")
    return value
