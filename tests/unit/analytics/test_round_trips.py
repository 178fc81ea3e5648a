"""Round trips: flat to flat, FIFO, net of fees. A docstring says what the ledger in the test comes to."""

from decimal import Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.orders import Liquidity, OrderFilled, Side
from tests.unit.analytics.runs import INSTRUMENTS, at, recorder, result, result_of

MARKS = {"alpha:BTC-USDT": "100", "beta:BTC-USDT": "100", "beta:ETH-USDC": "10"}


def trips(text: str) -> list[tuple[str, str, Decimal, Decimal, bool]]:
    """(strategy, side, quantity, pnl, still open) of each round trip."""
    made = result_of(text, MARKS, rates={"USDC": (999, 1000), "BNB": (300, 1)})
    return [(s, side, q.normalize(), p.normalize(), o) for s, side, q, p, o in made.round_trips.select(COLUMNS).iter_rows()]


COLUMNS = ["strategy", "side", "quantity", "pnl", "still_open"]


def test_from_flat_to_flat_is_one_trade() -> None:
    """Two entries, two exits: 1 x (110 - 100) + 1 x (120 - 104) - 4 x 0.5."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 0.5 USDT
        01 11:00 ema alpha:BTC-USDT buy  1 @ 104 fee 0.5 USDT
        01 12:00 ema alpha:BTC-USDT sell 1 @ 110 fee 0.5 USDT
        01 13:00 ema alpha:BTC-USDT sell 1 @ 120 fee 0.5 USDT
    """
    assert trips(text) == [("ema", "buy", Decimal(2), Decimal(24), False)]
    trade = result_of(text, MARKS).round_trips.row(0, named=True)
    assert (trade["ts"].hour, trade["ts_closed"].hour, trade["currency"]) == (10, 13, "USDT")


def test_a_short_trade_earns_when_the_price_falls() -> None:
    text = """
        01 10:00 ema alpha:BTC-USDT sell 2 @ 100 fee 1 USDT
        01 11:00 ema alpha:BTC-USDT buy  2 @ 90  fee 1 USDT
    """
    assert trips(text) == [("ema", "sell", Decimal(2), Decimal(18), False)]


def test_of_an_open_position_the_closed_part_counts_fifo() -> None:
    """The oldest coin is sold: 150 - 100, its own entry fee and the exit's. The second coin's fee stays with it."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 1 USDT
        01 11:00 ema alpha:BTC-USDT buy  1 @ 140 fee 7 USDT
        01 12:00 ema alpha:BTC-USDT sell 1 @ 150 fee 2 USDT
    """
    assert trips(text) == [("ema", "buy", Decimal(1), Decimal(47), True)]


def test_a_partial_close_bears_its_share_of_the_entry_fee() -> None:
    """Half of the position, half of its fee of 4; the exit's own fee is 1."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  2 @ 100 fee 4 USDT
        01 11:00 ema alpha:BTC-USDT sell 1 @ 110 fee 1 USDT
    """
    assert trips(text) == [("ema", "buy", Decimal(1), Decimal(7), True)]


def test_a_position_never_closed_is_no_trade() -> None:
    assert trips("01 10:00 ema alpha:BTC-USDT buy 1 @ 100 fee 1 USDT") == []


def test_a_fill_through_zero_ends_one_trade_and_opens_the_next() -> None:
    """3 are sold, 1 closes the long trade and pays a third of the fee, 2 open the short one."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 0 USDT
        01 11:00 ema alpha:BTC-USDT sell 3 @ 110 fee 3 USDT
        01 12:00 ema alpha:BTC-USDT buy  2 @ 100 fee 0 USDT
    """
    assert trips(text) == [("ema", "buy", Decimal(1), Decimal(9), False), ("ema", "sell", Decimal(2), Decimal(18), False)]


def test_strategies_and_venues_have_trades_of_their_own() -> None:
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 0 USDT
        01 11:00 arb alpha:BTC-USDT sell 1 @ 110 fee 0 USDT
        01 12:00 ema beta:BTC-USDT  sell 1 @ 120 fee 0 USDT
    """
    assert trips(text) == []


def test_selling_all_that_a_base_fee_left_is_flat() -> None:
    """0.1 of the coin went as fee, worth 10 when it was taken: 0.9 x (110 - 100) - 10."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1   @ 100 fee 0.1 BTC
        01 11:00 ema alpha:BTC-USDT sell 0.9 @ 110 fee 0   USDT
        01 12:00 ema alpha:BTC-USDT buy  1   @ 100 fee 0   USDT
        01 13:00 ema alpha:BTC-USDT sell 1   @ 101 fee 0   USDT
    """
    assert [trade[2:4] for trade in trips(text)] == [(Decimal("0.9"), Decimal(-1)), (Decimal(1), Decimal(1))]


def test_dust_that_no_lot_can_hold_does_not_keep_a_trade_open() -> None:
    """The fee leaves 0.9995 and lots are 0.001: 0.999 is sold, 0.0005 cannot be."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1     @ 100 fee 0.0005 BTC
        01 11:00 ema alpha:BTC-USDT sell 0.999 @ 100 fee 0      USDT
        01 12:00 ema alpha:BTC-USDT buy  1     @ 100 fee 0.0005 BTC
        01 13:00 ema alpha:BTC-USDT sell 0.999 @ 100 fee 0      USDT
    """
    assert len(trips(text)) == 2


def test_a_strategy_that_ignores_base_fees_is_flat_in_its_own_eyes() -> None:
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 0.1 BTC
        01 11:00 ema alpha:BTC-USDT sell 1 @ 110 fee 0   USDT
    """
    assert trips(text) == [("ema", "buy", Decimal(1), Decimal(0), False)]


def test_buying_back_a_short_with_its_fee_on_top_is_flat() -> None:
    text = """
        01 10:00 ema alpha:BTC-USDT sell 1   @ 100 fee 0   USDT
        01 11:00 ema alpha:BTC-USDT buy  1.1 @ 80  fee 0.1 BTC
    """
    assert trips(text) == [("ema", "sell", Decimal(1), Decimal(12), False)]


def test_a_fee_in_a_third_currency_is_valued_at_its_rate() -> None:
    """0.01 BNB at 300 USDT, twice."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 0.01 BNB
        01 11:00 ema alpha:BTC-USDT sell 1 @ 110 fee 0.01 BNB
    """
    assert [trade[3] for trade in trips(text)] == [Decimal(4)]


def test_win_rate_and_average_are_net_of_fees() -> None:
    """+10 - 4 wins, +2 - 4 loses, 0 - 0 is no win."""
    text = """
        01 10:00 ema alpha:BTC-USDT buy  1 @ 100 fee 2 USDT
        01 11:00 ema alpha:BTC-USDT sell 1 @ 110 fee 2 USDT
        01 12:00 ema alpha:BTC-USDT buy  1 @ 100 fee 2 USDT
        01 13:00 ema alpha:BTC-USDT sell 1 @ 102 fee 2 USDT
        01 14:00 ema alpha:BTC-USDT buy  1 @ 100 fee 0 USDT
        01 15:00 ema alpha:BTC-USDT sell 1 @ 100 fee 0 USDT
    """
    figures = result_of(text, MARKS).figures.strategies["ema"]
    assert (figures.trades, figures.winning_trades, figures.win_rate) == (3, 1, 1 / 3)
    assert figures.avg_trade_pnl == Decimal("1.33")
    assert figures.trades_per_day == 0.3


moves = st.lists(st.tuples(st.booleans(), st.integers(1, 50), st.integers(900, 1_100), st.integers(0, 99)), max_size=40)


@given(moves)
def test_once_flat_all_trades_together_made_what_the_cash_says(moves: list[tuple[bool, int, int, int]]) -> None:
    """With fees in the quote currency nothing is lost between trades, however a position is entered, turned and left."""
    instrument, into = INSTRUMENTS[0], recorder()
    held = sum(lots if buy else -lots for buy, lots, _, _ in moves)
    closing = [(held < 0, abs(held), 1_000, 5)] if held else []
    cash = 0
    for number, (buy, lots, price, fee) in enumerate([*moves, *closing], start=1):
        side = Side.BUY if buy else Side.SELL
        head = ("main", f"1-{number}", instrument.id, number, number, side, price, lots, lots, 0, Liquidity.TAKER, fee, "USDT")
        into.fill("ema", OrderFilled(*head, at("01 10:00") + number))
        cash -= (lots if buy else -lots) * price * instrument.tick_value + fee
    trades = result(into, MARKS).round_trips
    assert sum(trades["pnl"].to_list(), Decimal(0)) == Decimal(cash).scaleb(-6)
    assert not trades.filter(pl.col("still_open")).height
