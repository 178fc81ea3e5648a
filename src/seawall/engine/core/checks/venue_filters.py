"""No order leaves that the venue's own filters would reject."""

from seawall.api.instruments import Instrument
from seawall.api.signals import BreachType
from seawall.api.units import Nanos, Price, Quantity
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.intent import Check, Intent, Refusal
from seawall.engine.core.terms import Terms
from seawall.runtime.floats import money_as_float, price_as_float, quantity_as_float


def venue_filters(desk: Desk, instrument: Instrument) -> Check:
    return _check if instrument.price_step == instrument.quantity_step == 1 else _check_steps


def _check_steps(intent: Intent, now: Nanos) -> Refusal | None:
    instrument, terms = intent.instrument, intent.terms
    for lots in (intent.quantity, 0 if terms is None else terms.display_quantity):
        if lots % instrument.quantity_step:
            step = Quantity(instrument.quantity_step)
            return _refuse("quantity step", quantity_as_float(instrument, step), quantity_as_float(instrument, Quantity(lots)))
    for price in (intent.price, 0 if terms is None else terms.stop_price):
        if price % instrument.price_step:
            step_price = Price(instrument.price_step)
            return _refuse("price step", price_as_float(instrument, step_price), price_as_float(instrument, Price(price)))
    return _check(intent, now)


def _check(intent: Intent, now: Nanos) -> Refusal | None:
    instrument, quantity, price = intent.instrument, intent.quantity, intent.price
    if quantity < instrument.min_quantity:
        return _refuse("least quantity", quantity_as_float(instrument, instrument.min_quantity), quantity_as_float(instrument, quantity))
    if 0 < instrument.max_quantity < quantity:
        return _refuse("largest quantity", quantity_as_float(instrument, instrument.max_quantity), quantity_as_float(instrument, quantity))
    if price and price < instrument.min_price:
        return _refuse("lowest price", price_as_float(instrument, instrument.min_price), price_as_float(instrument, price))
    if price and 0 < instrument.max_price < price:
        return _refuse("highest price", price_as_float(instrument, instrument.max_price), price_as_float(instrument, price))
    if intent.terms is not None and (refusal := _terms(intent, intent.terms)):
        return refusal
    if intent.notional < instrument.min_notional:
        least = money_as_float(instrument, instrument.quote, instrument.min_notional)
        return _refuse(f"least notional in {instrument.quote}", least, money_as_float(instrument, instrument.quote, intent.notional))
    return None


def _terms(intent: Intent, terms: Terms) -> Refusal | None:
    instrument, stop, display = intent.instrument, terms.stop_price, terms.display_quantity
    if stop and stop < instrument.min_price:
        return _refuse("lowest stop price", price_as_float(instrument, instrument.min_price), price_as_float(instrument, stop))
    if stop and 0 < instrument.max_price < stop:
        return _refuse("highest stop price", price_as_float(instrument, instrument.max_price), price_as_float(instrument, stop))
    if display and display < instrument.min_quantity:
        return _refuse("least display", quantity_as_float(instrument, instrument.min_quantity), quantity_as_float(instrument, display))
    parts = -(-intent.quantity // display) if display else 0
    if 0 < instrument.max_iceberg_parts < parts:
        return _refuse("largest number of iceberg parts", instrument.max_iceberg_parts, parts)
    return None


def _refuse(unit: str, limit: float, value: float) -> Refusal:
    return Refusal("venue_filters", BreachType.MALFORMED_SIGNAL, limit, value, unit)
