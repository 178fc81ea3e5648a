"""Positions against an oracle in fractions: whatever is traded, money and quantity add up exactly."""

from fractions import Fraction

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, define_spot
from seawall.api.orders import Side
from seawall.api.units import PPB, Currency, Money, Price, Quantity, ceil_div
from seawall.engine.core.positions import Position

BASE, QUOTE, THIRD = Currency("BTC"), Currency("USDT"), Currency("BNB")
INSTRUMENTS = [
    define_spot("v", "BTC-USDT", tick="0.01", lot="0.00001", base_decimals=8, quote_decimals=8),
    define_spot("v", "BTC-USDT", tick="0.5", lot="7", base_decimals=0, quote_decimals=1),  # Coarse units: every division leaves a rest.
    define_spot("v", "BTC-USDT", tick="3", lot="0.001", base_decimals=8, quote_decimals=3),
]


class Trade(msgspec.Struct, frozen=True):
    side: Side
    price: int
    quantity: int
    fee_ppb: int
    fee_currency: Currency

    def fee(self) -> int:
        received = self.quantity * 1_000
        return ceil_div(received * self.fee_ppb, PPB)


TRADES = st.lists(
    st.builds(
        Trade,
        st.sampled_from(Side),
        st.integers(1, 10_000),
        st.one_of(st.integers(1, 9), st.integers(1, 10**6)),
        st.sampled_from([0, 1_000_000, -250_000, 333_333_333]),
        st.sampled_from([BASE, QUOTE, THIRD]),
    ),
    max_size=25,
)


@given(st.sampled_from(INSTRUMENTS), TRADES, st.integers(0, 20_000))
@example(INSTRUMENTS[1], [Trade(Side.BUY, 3, 2, 0, QUOTE), Trade(Side.SELL, 5, 3, 333_333_333, BASE)], 7)
def test_profit_and_loss_is_cash_and_worth(instrument: Instrument, trades: list[Trade], mark: int) -> None:
    """realised + (quantity x mark - cost) - fees = cash + quantity x mark, to the last fraction, through flips and fees in base.

    Fees in a third currency stand beside it, exact in their own currency.
    """
    position = Position()
    cash = quantity = turnover = third = 0
    for trade in trades:
        fee = trade.fee()
        position.apply_fill(instrument, trade.side, Price(trade.price), Quantity(trade.quantity), Money(fee), trade.fee_currency)
        sign = 1 if trade.side is Side.BUY else -1
        notional = trade.price * trade.quantity * instrument.tick_value
        quantity += sign * trade.quantity * instrument.lot_value - (fee if trade.fee_currency == BASE else 0)
        cash -= sign * notional + (fee if trade.fee_currency == QUOTE else 0)
        third += fee if trade.fee_currency == THIRD else 0
        turnover += notional
        worth = Fraction(position.quantity * mark * instrument.tick_value, instrument.lot_value)
        assert position.quantity == quantity
        assert position.realised + (worth - position.cost) - position.fees == cash + worth
        assert position.other_fees.get(THIRD, 0) == third
        assert (position.turnover, type(position.cost), type(position.realised)) == (turnover, int, int)
        if quantity == 0:
            assert position.cost == 0
        else:
            assert position.cost == 0 or (position.cost > 0) == (quantity > 0)
    assert position.fills == len(trades)


@given(
    st.sampled_from(INSTRUMENTS), st.integers(1, 10_000), st.integers(1, 10**6), st.lists(st.integers(1, 10**5), max_size=20), st.booleans()
)
def test_partial_closes_round_down_and_the_last_takes_the_rest(
    instrument: Instrument, price: int, bought: int, closes: list[int], short: bool
) -> None:
    """Each part of a closing takes its share of the total cost, never an average; what rounding left goes with the last."""
    opening, closing = (Side.SELL, Side.BUY) if short else (Side.BUY, Side.SELL)
    position = Position()
    for ticks, lots in ((price, bought), (price + 7, 2)):  # At two prices, so that shares of the cost are no whole numbers.
        position.apply_fill(instrument, opening, Price(ticks), Quantity(lots), Money(0), QUOTE)
    cost, held = abs(position.cost), bought + 2
    assert cost == (price * bought + (price + 7) * 2) * instrument.tick_value
    for lots in [*closes, None]:
        lots = held if lots is None else lots
        if not lots or lots > held:
            continue
        before = position.realised
        position.apply_fill(instrument, closing, Price(price + 1), Quantity(lots), Money(0), QUOTE)
        share = cost if lots == held else cost * lots // held
        cost, held = cost - share, held - lots
        gain = (price + 1) * lots * instrument.tick_value - share
        assert position.realised - before == (-gain if short else gain)
        assert abs(position.cost) == cost
    assert (position.quantity, position.cost) == (0, 0)


@given(st.sampled_from(INSTRUMENTS), TRADES)
def test_one_side_in_any_order_is_one_position(instrument: Instrument, trades: list[Trade]) -> None:
    """Fills of one order may arrive in any order: quantity, cost, fees and turnover are the same."""
    forward, backward = Position(), Position()
    for position, order in ((forward, trades), (backward, trades[::-1])):
        for trade in order:
            currency = trade.fee_currency if trade.fee_currency != BASE else QUOTE
            position.apply_fill(instrument, Side.BUY, Price(trade.price), Quantity(trade.quantity), Money(trade.fee()), currency)
    assert forward == backward


def test_a_fee_in_base_is_a_sale_at_the_fills_price() -> None:
    """Bought 1 BTC at 100, paid 0.001 of it: 0.999 is held at what it cost, the fee is 0.10."""
    instrument = define_spot("v", "BTC-USDT", tick="0.01", lot="0.001", base_decimals=3, quote_decimals=2 + 3)
    position = Position()
    position.apply_fill(instrument, Side.BUY, Price(10_000), Quantity(1_000), Money(1), BASE)
    assert position == Position(quantity=999, cost=9_990_000, realised=0, fees=10_000, fills=1, turnover=10_000_000)


def test_a_rebate_in_base_is_a_purchase_at_the_fills_price() -> None:
    """The mirror image: more is held, the fee is negative."""
    instrument = define_spot("v", "BTC-USDT", tick="0.01", lot="0.001", base_decimals=3, quote_decimals=2 + 3)
    position = Position()
    position.apply_fill(instrument, Side.BUY, Price(10_000), Quantity(1_000), Money(-1), BASE)
    assert position == Position(quantity=1_001, cost=10_010_000, realised=0, fees=-10_000, fills=1, turnover=10_000_000)


def test_a_flip_closes_and_opens_at_the_fills_price() -> None:
    """Long 2 at 100, sell 5 at 110: gained 20, short 3 at 110."""
    instrument = define_spot("v", "BTC-USDT", tick="1", lot="1", base_decimals=0, quote_decimals=0)
    position = Position()
    position.apply_fill(instrument, Side.BUY, Price(100), Quantity(2), Money(0), QUOTE)
    position.apply_fill(instrument, Side.SELL, Price(110), Quantity(5), Money(3), QUOTE)
    assert (position.quantity, position.cost, position.realised, position.fees) == (-3, -330, 20, 3)
