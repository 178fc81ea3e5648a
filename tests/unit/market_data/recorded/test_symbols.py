"""Every spelling of a symbol becomes one."""

import pytest

from seawall.market_data.recorded import RecordingError
from seawall.market_data.recorded.symbols import Contracts, canonical


@pytest.mark.parametrize(
    ("raw", "contracts", "symbol"),
    [
        ("BTC-USDT", Contracts.SPOT, "BTC-USDT"),
        ("BTCUSDT", Contracts.SPOT, "BTC-USDT"),
        ("btc/usd", Contracts.SPOT, "BTC-USD"),
        ("XBT_EUR", Contracts.SPOT, "BTC-EUR"),
        ("ETHBTC", Contracts.SPOT, "ETH-BTC"),
        ("BTCFDUSD", Contracts.SPOT, "BTC-FDUSD"),
        ("USDCUSDT", Contracts.SPOT, "USDC-USDT"),
        ("BTCUSDT", Contracts.LINEAR, "BTC-USDT-PERP"),
        ("BTC-USDT-PERP", Contracts.SPOT, "BTC-USDT-PERP"),
        ("BTCUSD_PERP", Contracts.INVERSE, "BTC-USD-PERP"),
    ],
)
def test_spellings(raw: str, contracts: Contracts, symbol: str) -> None:
    assert canonical(raw, contracts) == symbol


@pytest.mark.parametrize("raw", ["", "BTC", "USDT", "-USD", "BTC-", "BTCUSDT_240927", "FOOBAR"])
def test_what_has_no_two_sides_is_refused(raw: str) -> None:
    with pytest.raises(RecordingError, match="BASE-QUOTE"):
        canonical(raw)
