"""Spellings of symbols: `BTCUSDT`, `btc/usdt` and `BTCUSD_PERP` become BASE-QUOTE[-PERP]."""

from enum import StrEnum

from seawall.market_data.recorded.errors import RecordingError


class Contracts(StrEnum):
    """What a venue of the recording trades when a symbol does not say it."""

    SPOT = "spot"
    LINEAR = "linear"  # Perpetuals settled in the quote currency.
    INVERSE = "inverse"  # Perpetuals settled in the base currency, counted in contracts.


# Longest first where one ends with another, so that BTCFDUSD is not BTCFD-USD.
_QUOTES = ("FDUSD", "USDT", "USDC", "TUSD", "BUSD", "USD", "EUR", "GBP", "JPY", "TRY", "BRL", "AUD", "DAI", "BTC", "ETH", "BNB")
_RENAMED = {"XBT": "BTC"}
_PERPETUAL = "-PERP"


def canonical(raw: str, contracts: Contracts = Contracts.SPOT) -> str:
    """Raises: RecordingError: base and quote cannot be told apart."""
    text = raw.upper().replace("/", "-").replace("_", "-").replace(":", "-")
    perpetual = text.endswith(_PERPETUAL)
    pair = text.removesuffix(_PERPETUAL)
    base, _, quote = pair.partition("-")
    if not quote:
        quote = next((q for q in _QUOTES if pair.endswith(q) and len(pair) > len(q)), "")
        base = pair.removesuffix(quote)
    if not base.isalnum() or not quote.isalpha():
        raise RecordingError(
            f"the symbol {raw!r} cannot be read as BASE-QUOTE",
            "Write it like BTC-USD, perpetuals like BTC-USDT-PERP; dated futures are not read.",
        )
    spot = f"{_RENAMED.get(base, base)}-{_RENAMED.get(quote, quote)}"
    return spot + _PERPETUAL if perpetual or contracts is not Contracts.SPOT else spot


def is_perpetual(symbol: str) -> bool:
    return symbol.endswith(_PERPETUAL)


def currencies(symbol: str) -> tuple[str, str]:
    """Base and quote of a canonical symbol."""
    base, _, quote = symbol.removesuffix(_PERPETUAL).partition("-")
    return base, quote
