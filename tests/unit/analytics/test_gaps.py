"""What had no price or no rate on the way is named and counted; at the end a market's last price stands in for none."""

from seawall.analytics.gaps import Gaps
from seawall.api.instruments import InstrumentId
from seawall.api.units import Currency, Price

BTC, ETH = InstrumentId("a:BTC-USDT"), InstrumentId("a:ETH-USDT")
EUR = Currency("EUR")


def test_nothing_missing_is_nothing_said() -> None:
    gaps = Gaps()
    assert gaps.whole((), ())
    assert gaps.final_marks({BTC: Price(5)}, ()) == {BTC: 5}
    assert gaps.warnings() == []


def test_without_a_price_there_is_no_equity_and_without_a_rate_there_is_the_rest() -> None:
    gaps = Gaps()
    assert not gaps.whole((BTC,), ())
    assert gaps.whole((), (EUR,))
    assert not gaps.whole((BTC,), (EUR,))
    assert gaps.warnings() == [
        "a:BTC-USDT had no price while it was held: 2 times the equity was not sampled",
        "EUR had no rate: 2 times the equity was sampled without it",
    ]


def test_the_last_known_price_stands_in_at_the_end() -> None:
    """Said of what is held. A market that never had a price has no final mark."""
    gaps = Gaps()
    gaps.known[BTC] = Price(7)
    assert gaps.final_marks({BTC: Price(0), ETH: Price(0)}, (BTC,)) == {BTC: 7}
    assert gaps.warnings() == ["a:BTC-USDT has no price at the end: valued at its last one"]
    assert gaps.final_marks({BTC: Price(9)}, ()) == {BTC: 9}
