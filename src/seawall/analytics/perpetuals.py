"""What perpetuals cost and brought beside fills, and how much of an account's equity they used: a row for each account and currency."""

from decimal import Decimal

import msgspec

from seawall.analytics.recorder import CashKind, Recorder
from seawall.api.instruments import Venue
from seawall.api.units import BASIS_POINTS, Currency, format_decimal


class Carried(msgspec.Struct, frozen=True):
    """Money in the currency itself, all of it positive. Shares are of the equity: None where it was never known beside a position."""

    venue: Venue
    currency: Currency
    funding_received: Decimal
    funding_paid: Decimal
    liquidation_fees: Decimal
    losses_covered: Decimal
    peak_initial_margin: float | None  # The highest that was sampled, here and below.
    peak_maintenance_margin: float | None  # At 1 the venue liquidates.
    peak_leverage: float | None


def carried(recorder: Recorder) -> list[Carried]:
    """Of every venue and currency in which perpetuals settle."""
    settled = dict.fromkeys((i.venue, i.quote) for i in recorder.instruments.values() if i.margin is not None)
    return [row for venue, currency in settled if (row := _row(recorder, venue, currency)) is not None]


def _row(recorder: Recorder, venue: Venue, currency: Currency) -> Carried | None:
    """None: nothing was ever held there."""
    received = paid = fees = covered = 0
    for movement in recorder.movements:
        if (movement.venue, movement.currency) == (venue, currency):
            if movement.kind is CashKind.FUNDING:
                received, paid = received + max(0, movement.amount), paid + max(0, -movement.amount)
            elif movement.kind is CashKind.LIQUIDATION_FEE:
                fees -= movement.amount
            elif movement.kind is CashKind.INSURANCE:
                covered += movement.amount
    peaks = recorder.margin_peaks.get((venue, currency))
    if peaks is None and not (received or paid or fees or covered):
        return None
    scale = 10 ** recorder.decimals_of(currency)
    got, gave, charged, made_good = (Decimal(format_decimal(amount, 1, scale)) for amount in (received, paid, fees, covered))
    initial, maintenance, leverage = (None, None, None) if peaks is None else (peak / BASIS_POINTS for peak in peaks)
    return Carried(venue, currency, got, gave, charged, made_good, initial, maintenance, leverage)
