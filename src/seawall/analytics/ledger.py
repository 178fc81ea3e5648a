"""The exact profit and loss of a run: what fills and other cash left behind, valued at final marks and rates, rounded once.

    P&L = sum over currencies of (cash from fills - fees + other cash without transfers) x rate + sum of position x mark x rate

A fee taken in the base asset reduces the position. Every value here is a Fraction of major units until it is rounded for print.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from decimal import Decimal, localcontext
from fractions import Fraction

import msgspec
import polars as pl

from seawall.analytics.frames import codes, ints
from seawall.analytics.recorder import CashKind, Recorder
from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.units import HOUR, Currency, Price, format_decimal, half_even_div

RATE_DIGITS = 20  # Significant digits of a printed rate. P&L is computed from what is printed.


class Flow(msgspec.Struct, frozen=True):
    """All fills of one strategy on one instrument and side, in one hour of the day, whose fees were taken in one currency, summed."""

    strategy: str
    instrument: InstrumentId
    hour: int  # Of the day, UTC, in which they traded.
    buy: bool
    quantity: int  # Lots.
    notional: int  # Quote minor units.
    fee: int  # Minor units of `fee_currency`.
    fee_currency: Currency
    fee_price: int  # Sum of fee x price in ticks: what a base fee was worth when it was taken.
    fills: int


class Holdings:
    """What flows add up to, in minor units."""

    def __init__(self) -> None:
        self.cash: dict[Currency, int] = {}
        self.positions: dict[InstrumentId, int] = {}

    def apply(self, flow: Flow, instrument: Instrument) -> None:
        sign = 1 if flow.buy else -1
        self._add_position(instrument, sign * flow.quantity * instrument.lot_value)
        self.add_cash(instrument.quote, -sign * flow.notional)
        if flow.fee_currency == instrument.base:
            self._add_position(instrument, -flow.fee)
        else:
            self.add_cash(flow.fee_currency, -flow.fee)

    def add_cash(self, currency: Currency, amount: int) -> None:
        self.cash[currency] = self.cash.get(currency, 0) + amount

    def _add_position(self, instrument: Instrument, amount: int) -> None:
        self.positions[instrument.id] = self.positions.get(instrument.id, 0) + amount


class Valuation:
    """Marks and rates at the end of the run. Rates are what result.json prints; a currency without one counts as nothing and is named."""

    def __init__(
        self,
        recorder: Recorder,
        marks: Mapping[InstrumentId, Price],
        rates: Mapping[Currency, tuple[int, int]],
    ) -> None:
        self.instruments = recorder.instruments
        self.currency = recorder.valuation_currency
        self.decimals_of = recorder.decimals_of
        self.scale: int = 10**recorder.valuation_decimals
        self.marks = {i: _mark(self.instruments[i], price) for i, price in marks.items()}
        self.mark_texts = {
            i: format_decimal(price, self.instruments[i].tick, self.instruments[i].price_scale) for i, price in marks.items()
        }
        self.rate_texts = {currency: rate_text(*rate) for currency, rate in rates.items()} | {self.currency: "1"}
        self.rates = {currency: Fraction(text) for currency, text in self.rate_texts.items()}
        self.unvalued: dict[Currency, None] = {}

    def amount(self, currency: Currency, minor: int) -> Fraction:
        return Fraction(minor, 10 ** self.decimals_of(currency)) * self.rate(currency)

    def rate(self, currency: Currency) -> Fraction:
        rate = self.rates.get(currency)
        if rate is None:
            self.unvalued[currency] = None
            self.rate_texts[currency], self.rates[currency] = "0", Fraction(0)
            return Fraction(0)
        return rate

    def position(self, instrument: InstrumentId, minor: int) -> Fraction:
        """In the quote currency."""
        if not minor:
            return Fraction(0)
        assert instrument in self.marks, f"a position in {instrument} and no final mark to value it"
        return Fraction(minor, 10 ** self.instruments[instrument].base_decimals) * self.marks[instrument]

    def with_stand_ins(self, flows: Iterable[Flow]) -> "Valuation":
        """For parts of a whole that is flat: where no final mark is known, the average price. Over the whole it cancels out."""
        sums: dict[InstrumentId, tuple[int, int]] = {}
        for flow in flows:
            notional, quantity = sums.get(flow.instrument, (0, 0))
            sums[flow.instrument] = (notional + flow.notional, quantity + flow.quantity)
        other = copy(self)
        other.marks = {key: self._average(self.instruments[key], *each) for key, each in sums.items()} | self.marks
        return other

    @staticmethod
    def _average(instrument: Instrument, notional: int, quantity: int) -> Fraction:
        base = Fraction(quantity * instrument.lot_value, 10**instrument.base_decimals)
        return Fraction(notional, 10**instrument.quote_decimals) / base if base else Fraction(0)

    def total(self, holdings: Holdings) -> Fraction:
        return sum(
            (self.position(i, minor) * self.rate(self.instruments[i].quote) for i, minor in holdings.positions.items() if minor),
            sum((self.amount(currency, minor) for currency, minor in holdings.cash.items() if minor), Fraction(0)),
        )

    def by_currency(self, holdings: Holdings) -> dict[Currency, Fraction]:
        """Cash of each currency, and the positions quoted in it, in that currency."""
        totals = {currency: Fraction(minor, 10 ** self.decimals_of(currency)) for currency, minor in holdings.cash.items()}
        for i, minor in holdings.positions.items():
            quote = self.instruments[i].quote
            totals[quote] = totals.get(quote, Fraction(0)) + self.position(i, minor)
        return dict(sorted(totals.items()))

    def fee(self, flow: Flow) -> Fraction:
        """A base fee at the price of its fill."""
        instrument = self.instruments[flow.instrument]
        if flow.fee_currency == instrument.base:
            in_quote = Fraction(flow.fee_price * instrument.tick, instrument.price_scale * 10**instrument.base_decimals)
            return in_quote * self.rate(instrument.quote)
        return self.amount(flow.fee_currency, flow.fee)

    def notional(self, flow: Flow) -> Fraction:
        return self.amount(self.instruments[flow.instrument].quote, flow.notional)

    def money(self, value: Fraction) -> Decimal:
        """Rounded to the minor unit of the valuation currency, half-even."""
        return rounded(value, self.scale)


def flows(recorder: Recorder) -> list[Flow]:
    """Every fill, summed exactly, in the order of first appearance."""
    fills = recorder.fills
    strategies, ids, currencies = fills.strategy.texts, fills.instrument.texts, fills.fee_currency.texts
    sums = (
        pl.DataFrame(
            {
                "strategy": codes(fills.strategy),
                "instrument": codes(fills.instrument),
                "hour": ints(fills.time) // HOUR % 24,
                "side": codes(fills.side),
                "currency": codes(fills.fee_currency),
                "price": ints(fills.price).cast(pl.Int128),
                "quantity": ints(fills.quantity).cast(pl.Int128),
                "fee": ints(fills.fee).cast(pl.Int128),
            }
        )
        .group_by("strategy", "instrument", "hour", "side", "currency", maintain_order=True)
        .agg(
            pl.col("quantity").sum(),
            (pl.col("price") * pl.col("quantity")).sum().alias("notional"),
            pl.col("fee").sum(),
            (pl.col("fee") * pl.col("price")).sum().alias("fee_price"),
            pl.len().alias("fills"),
        )
    )
    return [
        Flow(
            strategy=strategies[row["strategy"]],
            instrument=InstrumentId(ids[row["instrument"]]),
            hour=row["hour"],
            buy=row["side"] == 0,
            quantity=row["quantity"],
            notional=row["notional"] * recorder.instruments[InstrumentId(ids[row["instrument"]])].tick_value,
            fee=row["fee"],
            fee_currency=Currency(currencies[row["currency"]]),
            fee_price=row["fee_price"],
            fills=row["fills"],
        )
        for row in sums.iter_rows(named=True)
    ]


def holdings(recorder: Recorder, flows: Iterable[Flow]) -> Holdings:
    held = Holdings()
    for flow in flows:
        held.apply(flow, recorder.instruments[flow.instrument])
    return held


def add_movements(recorder: Recorder, held: Holdings) -> None:
    """Cash that is not a fill and counts: all but transfers."""
    for movement in recorder.movements:
        if movement.kind is not CashKind.TRANSFER:
            held.add_cash(movement.currency, movement.amount)


def rate_text(numerator: int, denominator: int) -> str:
    """A ratio as a plain decimal of `RATE_DIGITS` significant digits, half-even, without trailing zeros."""
    with localcontext() as context:
        context.prec = RATE_DIGITS
        text = format(Decimal(numerator) / Decimal(denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Fraction, scale: int) -> Decimal:
    """To a whole number of 1/scale, half-even."""
    return Decimal(format_decimal(half_even_div(value.numerator * scale, value.denominator), 1, scale))


def _mark(instrument: Instrument, price: Price) -> Fraction:
    return Fraction(price * instrument.tick, instrument.price_scale)
