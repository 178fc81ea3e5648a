"""What an exchange may list."""

import msgspec
import pytest

from seawall.api.instruments import Instrument, InstrumentKind, define_spot
from seawall.api.message import Address
from seawall.api.perpetuals import define_perpetual
from seawall.exchange.core.machine import Exchange
from tests.unit.exchange.core.venue import BTC_USDT, ETH_USDT


@pytest.mark.parametrize(
    ("instruments", "reason"),
    [
        ((BTC_USDT, BTC_USDT), "test:BTC-USDT is listed twice"),
        ((BTC_USDT, define_spot("test", "ETH-USDT", tick="1", lot="1", quote_decimals=2)), "USDT has 2 decimals here and 0 elsewhere"),
        ((define_spot("test", "ETH-USDT", tick="1", lot="1", taker_fee="1.01"),), "a fee above 100 %"),
        ((BTC_USDT, define_perpetual("test", "BTC-USDT-PERP", tick="1", lot="1")), "give each kind a venue of its own"),
        ((msgspec.structs.replace(BTC_USDT, kind=InstrumentKind.PERPETUAL),), "perpetuals, and only they, have margin terms"),
    ],
)
def test_instruments_that_do_not_go_together_are_refused_by_name(instruments: tuple[Instrument, ...], reason: str) -> None:
    """At construction, before there is a state."""
    with pytest.raises(ValueError, match=reason):
        Exchange(Address("venue:test"), instruments)


def test_an_exchange_never_asks_for_time() -> None:
    """It acts only when told to."""
    assert Exchange(Address("venue:test"), [BTC_USDT, ETH_USDT]).deadline() is None
