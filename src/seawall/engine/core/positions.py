"""Positions with exact total cost. Formulas: a partial close takes its share of the cost rounded down, the last close takes the rest.

A fee in the base asset is booked as a sale of that much at the fill's price that pays the fee, so that always
    realised + (quantity x mark - cost) - fees + carried = cash + quantity x mark.
A perpetual is counted as if its notional were paid: only its venue's balance knows the difference.
"""

from dataclasses import dataclass, field

from seawall.api.instruments import Instrument
from seawall.api.orders import Side
from seawall.api.units import Currency, Money, Price, Quantity, ceil_div

BUY = Side.BUY


@dataclass(slots=True)  # Not a Struct: those take seven times as long to write to.
class Position:
    """One strategy's holding of one instrument. Quantity in base minor units, money in quote minor units; both signed."""

    quantity: int = 0
    cost: int = 0  # Total, of the open quantity: negative for a short position. Never an average.
    realised: int = 0  # Before fees.
    fees: int = 0  # Those paid in base valued at the fill's price, rounded up.
    other_fees: dict[Currency, int] = field(default_factory=dict)  # Paid in a third currency.
    fills: int = 0
    turnover: int = 0
    carried: int = 0  # Perpetuals: cash that came without a fill (funding, liquidation fees, covered losses), positive: received.

    def cash(self) -> int:
        """What came in in the quote currency: by the identity above, nothing else needs to count it."""
        return self.realised - self.cost - self.fees + self.carried

    def apply_fill(self, instrument: Instrument, side: Side, price: Price, quantity: Quantity, fee: Money, fee_currency: Currency) -> None:
        notional = price * quantity * instrument.tick_value
        amount = quantity * instrument.lot_value
        self._trade(amount if side is BUY else -amount, notional)
        self.fills += 1
        self.turnover += notional
        if not fee:
            return
        if fee_currency == instrument.quote:
            self.fees += fee
        elif fee_currency == instrument.base:
            value = ceil_div(fee * price * instrument.tick_value, instrument.lot_value)
            self._trade(-fee, abs(value))
            self.fees += value
        else:
            self.other_fees[fee_currency] = self.other_fees.get(fee_currency, 0) + fee

    def _trade(self, amount: int, notional: int) -> None:
        """Buys (amount > 0) or sells for `notional` >= 0."""
        held = self.quantity
        self.quantity = held + amount
        if held == 0 or (held > 0) == (amount > 0):
            self.cost += notional if amount > 0 else -notional
            return
        long = held > 0
        size, held, cost = (-amount, held, self.cost) if long else (amount, -held, -self.cost)
        if size < held:
            closed_for, share = notional, cost * size // held
            left = cost - share
        else:
            closed_for, share = notional * held // size, cost
            left = closed_for - notional  # Turned into the other direction.
        self.realised += closed_for - share if long else share - closed_for
        self.cost = left if long else -left
