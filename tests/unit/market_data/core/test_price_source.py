"""The price source tells every instrument's price once a step, and what shocks do to depth and trading while they do."""

from seawall.api.instruments import define_spot
from seawall.api.market_data import ReferenceMoved
from seawall.api.message import PUBLIC, Address, Tick
from seawall.api.units import PPB, SECOND, Currency, Nanos
from seawall.market_data.core.figures import WORTH
from seawall.market_data.core.price_process import Asset, PriceProcess
from seawall.market_data.core.price_source import PriceSource
from seawall.market_data.core.processes import GeometricBrownian
from seawall.market_data.core.shocks import Drain, Turbulence

INSTRUMENT = define_spot("alpha", "BTC-USDT", tick="0.1", lot="0.001")
STEP = Nanos(2 * SECOND)
SHOCKS = (
    Drain(Nanos(10 * SECOND), PPB // 4, over=Nanos(0), holds=Nanos(10 * SECOND), recovers_over=Nanos(0)),
    Turbulence(Nanos(10 * SECOND), 2 * PPB, flow=3 * PPB, over=Nanos(0), holds=Nanos(10 * SECOND), recovers_over=Nanos(0)),
)


def source() -> PriceSource:
    asset = Asset(Currency("BTC"), 60_000 * WORTH, (GeometricBrownian(6_000_000),))
    curves = [curve for shock in SHOCKS for curve in shock.curves()]
    return PriceSource(Address("prices"), PriceProcess([asset], [], [INSTRUMENT], {}, curves, STEP), STEP, seed=1)


def told(by: PriceSource, at: int) -> ReferenceMoved:
    [envelope] = by.handlers[Tick](Tick(), Nanos(at))
    assert envelope.target == PUBLIC
    assert isinstance(envelope.message, ReferenceMoved)
    return envelope.message


def test_one_message_a_step() -> None:
    prices = source()
    assert list(told(prices, 5 * SECOND).prices) == [INSTRUMENT.id]
    assert prices.deadline() == 6 * SECOND


def test_an_early_tick_changes_nothing() -> None:
    prices = source()
    told(prices, 5 * SECOND)
    before = prices.process.price(prices.state.prices, INSTRUMENT.id)
    assert prices.handlers[Tick](Tick(), Nanos(5 * SECOND + 1)) == []
    assert prices.process.price(prices.state.prices, INSTRUMENT.id) == before


def test_shocks_of_depth_and_flow_are_told_while_they_last() -> None:
    prices = source()
    heard = [told(prices, at * SECOND) for at in range(2, 32, 2)]
    assert [message.depth_ppb.get(INSTRUMENT.id) for message in heard] == [None] * 4 + [PPB // 4] * 5 + [None] * 6
    assert [message.flow_ppb.get(INSTRUMENT.id) for message in heard] == [None] * 4 + [3 * PPB] * 5 + [None] * 6
