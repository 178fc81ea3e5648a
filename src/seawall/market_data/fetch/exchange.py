"""An exchange as ccxt knows it: found by name, its market by symbol, asked again while the network fails, and its errors in our words."""

from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from time import sleep
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from seawall.market_data.recorded.errors import first_line

TRIES = 9  # With waits of 0.1 s doubling to 30 s between them: about a minute.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 30.0
_BY_TYPE = {"binance": {"spot": "binance_spot", "linear": "binance_usdm", "inverse": "binance_coinm"}, "binanceus": {"spot": "binance_us"}}
_PERPETUAL = "-PERP"


class FetchError(Exception):
    """message: what is wrong. hint: what is allowed, what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Exchange:
    """One market of one exchange."""

    def __init__(self, ccxt: Any, client: Any, market: dict[str, Any], wait: Callable[[float], None]) -> None:
        self._ccxt = ccxt
        self._wait = wait
        self.client = client
        self.market = market
        self.id: str = client.id
        self.symbol: str = market["symbol"]

    @property
    def kind(self) -> str:
        """spot, linear or inverse."""
        return "spot" if self.market.get("spot") else "inverse" if self.market.get("inverse") else "linear"

    @property
    def venue(self) -> str:
        """As instruments.yaml names it."""
        known = _BY_TYPE.get(self.id, {})
        if self.kind in known:
            return known[self.kind]
        plain = self.id in ("kraken", "coinbase", "kucoin", "okx") and self.kind == "spot"
        return self.id if plain else f"{self.id}_{self.kind}"

    @property
    def canonical(self) -> str:
        """BASE-QUOTE[-PERP]."""
        return f"{self.market['base']}-{self.market['quote']}" + ("" if self.kind == "spot" else _PERPETUAL)

    @property
    def contract_size(self) -> float:
        """What turns the exchange's amounts into ours: base units, but contracts where they are inverse."""
        return float(self.market.get("contractSize") or 1) if self.kind == "linear" else 1.0

    def ask(self, name: str, *given: Any, **params: Any) -> Any:
        """Calls a method of ccxt's.

        Raises:
            FetchError: it cannot be reached, or says no.
        """
        return asked(self._ccxt, self.id, lambda: getattr(self.client, name)(self.symbol, *given, params), self._wait)


def open_exchange(
    name: str, symbol: str, needs: str, *, url: str | None = None, wait: Callable[[float], None] = sleep, rate_limit: bool = True
) -> Exchange:
    """Opens one market of an exchange.

    Args:
        name: as ccxt has it: binance, kraken, coinbase, ...
        symbol: BTC-USDT, BTC-USDT-PERP, or as ccxt writes it.
        needs: the method that will be asked, fetchOHLCV or fetchTrades.
        url: another address that speaks the exchange's protocol: a mirror, a proxy, a server of one's own.
        wait: called with seconds, between attempts.
        rate_limit: keep to the pace that the exchange allows.

    Raises:
        FetchError: no ccxt, no such exchange, market or history; it cannot be reached.
    """
    try:
        ccxt = import_module("ccxt")
    except ImportError:
        raise FetchError("fetching needs ccxt, which is not installed", "uv sync --extra fetch, or pip install 'seawall[fetch]'") from None
    if name not in ccxt.exchanges:
        close = get_close_matches(name, ccxt.exchanges, n=3)
        meant = f"did you mean {', '.join(close)}?" if close else "https://docs.ccxt.com lists them"
        raise FetchError(f"ccxt knows no exchange {name!r}", meant)
    client = getattr(ccxt, name)({"enableRateLimit": rate_limit, "timeout": 20_000})
    if not client.has.get(needs):
        raise FetchError(f"{name} gives no history by {needs}", "try the other kind: --kind bars or --kind trades")
    if name.startswith("binance"):  # It would ask all of its three houses.
        wanted = "spot" if not _is_contract(symbol) else "inverse" if _is_inverse(symbol) else "linear"
        client.options["fetchMarkets"] = {"types": [wanted]}
    if url is not None:
        client.urls["api"] = _moved(client.urls["api"], url)
    markets = asked(ccxt, name, client.load_markets, wait)
    return Exchange(ccxt, client, _market(markets, symbol, name), wait)


def asked(ccxt: Any, name: str, call: Callable[[], Any], wait: Callable[[float], None]) -> Any:
    """Again while the network fails or the exchange asks for patience. Raises: FetchError."""
    pause = _FIRST_WAIT
    for attempt in range(1, TRIES + 1):
        try:
            return call()
        except ccxt.NetworkError as error:  # Rate limits and maintenance are among them.
            if attempt == TRIES:
                raise FetchError(f"{name} cannot be reached: {first_line(error)}", "is there a network? the same command goes on") from None
            patience = 10.0 if isinstance(error, (ccxt.RateLimitExceeded, ccxt.DDoSProtection)) else 0.0
            wait(max(pause, patience))
            pause = min(2 * pause, _LONGEST_WAIT)
        except ccxt.AuthenticationError as error:
            raise FetchError(f"{name} wants an account for this: {first_line(error)}", "try another exchange") from None
        except ccxt.BaseError as error:
            raise FetchError(f"{name} says no: {first_line(error)}") from None
    raise AssertionError("the last attempt returns or raises")


def _is_contract(symbol: str) -> bool:
    return ":" in symbol or symbol.endswith(_PERPETUAL)


def _is_inverse(symbol: str) -> bool:
    base, _, quote = symbol.removesuffix(_PERPETUAL).partition("-")
    return symbol.endswith(f":{symbol.partition('/')[0]}") or (symbol.endswith(_PERPETUAL) and quote == "USD" and bool(base))


def _market(markets: dict[str, dict[str, Any]], symbol: str, name: str) -> dict[str, Any]:
    if symbol in markets:
        return markets[symbol]
    base, _, quote = symbol.upper().removesuffix(_PERPETUAL).replace("/", "-").partition("-")
    contract = _is_contract(symbol)
    for market in markets.values():
        if (market["base"], market["quote"]) == (base, quote) and market.get("swap" if contract else "spot"):
            return market
    close = get_close_matches(symbol.replace("-", "/"), list(markets), n=3)
    hint = f"did you mean {', '.join(close)}?" if close else "write it like BTC-USDT, perpetuals like BTC-USDT-PERP"
    raise FetchError(f"{name} has no market {symbol}", hint)


def _moved(urls: Any, to: str) -> Any:
    """The same paths at another address."""
    if isinstance(urls, dict):
        return {key: _moved(value, to) for key, value in urls.items()}
    if not isinstance(urls, str):
        return urls
    scheme, netloc, *_ = urlsplit(to)
    return urlunsplit((scheme, netloc, *urlsplit(urls)[2:]))
