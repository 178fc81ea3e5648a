"""What currencies are worth: by the shortest path whose markets all have a price, by parity where that was agreed, or not at all."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.api.instruments import Instrument, InstrumentId, define_spot
from seawall.api.units import Currency, Price
from seawall.engine.core.market import Market
from seawall.engine.core.rates import Rates


def spot(symbol: str, venue: str = "v", tick: str = "0.01", **more: int) -> Instrument:
    return define_spot(venue, symbol, tick=tick, lot="0.001", **more)


class Desk:
    """Instruments and their marks; the price of each in whole ticks."""

    def __init__(self, *instruments: Instrument, currency: str = "USDT", parity: tuple[str, ...] = (), **marks: int) -> None:
        self.markets: dict[InstrumentId, Market] = {i.id: Market() for i in instruments}
        self.rates = Rates(Currency(currency), instruments, self.markets, tuple(map(Currency, parity)))
        for symbol, mark in marks.items():
            self.mark(symbol.replace("_", "-"), mark)

    def mark(self, symbol: str, ticks: int, venue: str = "v") -> None:
        self.markets[InstrumentId(f"{venue}:{symbol}")].last = Price(ticks)

    def worth(self, currency: str, whole: int = 1) -> Fraction | None:
        """Of so many whole coins, in whole coins of the valuation currency."""
        rates = self.rates
        value = rates.value(Currency(currency), whole * 10 ** rates.decimals.get(Currency(currency), 8))
        return None if value is None else Fraction(value, 10 ** rates.decimals[rates.currency])


def test_the_valuation_currency_is_worth_itself() -> None:
    """Without any market."""
    assert Desk().rates.value(Currency("USDT"), -7) == -7
    assert Desk().rates.rate(Currency("USDT")) == (1, 1)


def test_a_direct_market_either_way_round() -> None:
    """Base to quote multiplies, quote to base divides; decimals may differ."""
    desk = Desk(
        spot("BTC-USDT", base_decimals=8, quote_decimals=6),
        spot("USDT-EUR", quote_decimals=5, base_decimals=6),
        BTC_USDT=5_000_000,
        USDT_EUR=80,
    )
    assert desk.worth("BTC") == 50_000
    assert desk.worth("EUR") == Fraction(5, 4)


def test_a_path_over_other_currencies() -> None:
    """Up to three markets."""
    desk = Desk(spot("A-B"), spot("C-B"), spot("C-USDT"), A_B=300, C_B=200, C_USDT=1_000)
    assert desk.worth("A") == Fraction(300, 200) * 10
    assert desk.worth("B") == 5


def test_four_markets_are_too_many() -> None:
    """A rate over so many spreads says little."""
    desk = Desk(spot("A-B"), spot("B-C"), spot("C-D"), spot("D-USDT"), A_B=100, B_C=100, C_D=100, D_USDT=100)
    assert desk.worth("A") is None
    assert desk.worth("B") == 1


def test_the_shortest_path_with_prices_wins_and_of_equals_the_first() -> None:
    """A path with a market that has no price is no path."""
    desk = Desk(spot("A-B"), spot("B-USDT"), spot("A-USDT", "x"), spot("A-USDT", "y"), A_B=100, B_USDT=200)
    assert desk.worth("A") == 2
    desk.mark("A-USDT", 500, "y")
    assert desk.worth("A") == 5
    desk.mark("A-USDT", 300, "x")
    assert desk.worth("A") == 3


def test_no_path_no_rate() -> None:
    """Nor for a currency nobody has heard of."""
    desk = Desk(spot("A-USDT"), spot("X-Y"), X_Y=5)
    assert desk.worth("A") is None
    assert desk.worth("X") is None
    assert desk.worth("NEVER") is None
    assert desk.rates.upper_value(Currency("X"), 1) is None


def test_parity_holds_while_no_market_says_otherwise() -> None:
    """USDC counts as a dollar until USDC-USDT trades at 87 cents."""
    desk = Desk(spot("USDC-USDT", base_decimals=6, quote_decimals=8), parity=("USDC", "NEVER"))
    assert desk.worth("USDC") == 1
    desk.mark("USDC-USDT", 87)
    assert desk.worth("USDC") == Fraction(87, 100)
    assert desk.worth("NEVER") is None


def test_the_middle_of_a_quote_is_a_mark() -> None:
    """Where nothing was traded; half a quote is none."""
    desk = Desk(spot("A-USDT"))
    market = desk.markets[InstrumentId("v:A-USDT")]
    market.bid = Price(100)
    assert desk.worth("A") is None
    market.ask = Price(103)
    assert desk.worth("A") == Fraction(101, 100)


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9), st.integers(1, 10**6), st.integers(0, 8), st.integers(5, 12))
def test_values_are_exact_and_rounded_once(amount: int, first: int, second: int, base: int, quote: int) -> None:
    """Half-even for people, up for limits, to the minor unit of the valuation currency, over two markets."""
    one = define_spot("v", "A-B", tick="0.01", lot="1", base_decimals=base, quote_decimals=quote)
    two = define_spot("v", "USDT-B", tick="0.001", lot="1", base_decimals=4, quote_decimals=quote)
    desk = Desk(one, two, A_B=first, USDT_B=second)
    exact = Fraction(amount, 10**base) * Fraction(first, 100) / Fraction(second, 1_000) * 10**4
    assert desk.rates.value(Currency("A"), amount) == round(exact)
    assert desk.rates.upper_value(Currency("A"), amount) == ceil(exact)


def test_halves_go_to_the_even_neighbour() -> None:
    """Here a minor unit of one is worth half a minor unit of the other. For limits a half is a whole."""
    rates = Desk(define_spot("v", "A-USDT", tick="0.5", lot="2", base_decimals=0, quote_decimals=0), A_USDT=1).rates
    amounts = (1, 3, 5, -1, -3)
    assert [rates.value(Currency("A"), amount) for amount in amounts] == [0, 2, 2, 0, -2]
    assert [rates.upper_value(Currency("A"), amount) for amount in amounts] == [1, 2, 3, 0, -1]


@pytest.mark.parametrize("amount", [0, 1, 150_000_000])
def test_figures_for_people(amount: int) -> None:
    """Whole coins as a float."""
    assert Desk().rates.as_float(amount) == amount / 10**8


def test_rates_between_whole_units() -> None:
    """For reports: numerator and denominator, whatever the decimals."""
    desk = Desk(spot("BTC-USDT", base_decimals=3, quote_decimals=6), spot("X-Y"), BTC_USDT=5_000_000)
    rates = {currency: Fraction(*rate) for currency, rate in desk.rates.of_whole_units().items()}
    assert rates == {"BTC": 50_000, "USDT": 1}
