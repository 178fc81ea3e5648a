"""The price source tells every instrument's price once a step."""

from seawall.api.instruments import Symbol, define_spot
from seawall.api.market_data import ReferenceMoved
from seawall.api.message import PUBLIC, Address, Tick
from seawall.api.units import PPB, SECOND, Nanos
from seawall.market_data.core.price_process import Disagreement, Walk
from seawall.market_data.core.price_source import PriceSource

INSTRUMENT = define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.001")


def source() -> PriceSource:
    walk = Walk(Symbol("BTC-USDT"), 60_000 * PPB, volatility_bps=60)
    return PriceSource(Address("prices"), [walk], [INSTRUMENT], Disagreement(0, Nanos(SECOND)), Nanos(2 * SECOND), seed=1)


def test_one_message_a_step() -> None:
    prices = source()
    [told] = prices.handlers[Tick](Tick(), Nanos(5 * SECOND))
    assert told.target == PUBLIC
    assert isinstance(told.message, ReferenceMoved)
    assert list(told.message.prices) == [INSTRUMENT.id]
    assert prices.deadline() == 6 * SECOND


def test_an_early_tick_changes_nothing() -> None:
    prices = source()
    prices.handlers[Tick](Tick(), Nanos(5 * SECOND))
    before = prices.process.price(prices.state.prices, INSTRUMENT.id)
    assert prices.handlers[Tick](Tick(), Nanos(5 * SECOND + 1)) == []
    assert prices.process.price(prices.state.prices, INSTRUMENT.id) == before
