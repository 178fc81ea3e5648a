"""A small exchange on this machine that speaks the public REST protocol of Binance: markets, klines, trades. It can fail on request."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

MINUTE = 60_000
START = 1_700_000_040_000  # A full minute.
INFO = {
    "timezone": "UTC",
    "serverTime": START,
    "rateLimits": [],
    "exchangeFilters": [],
    "symbols": [
        {
            "symbol": "BTCUSDT",
            "status": "TRADING",
            "baseAsset": "BTC",
            "quoteAsset": "USDT",
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "orderTypes": ["LIMIT"],
            "isSpotTradingAllowed": True,
            "permissions": ["SPOT"],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000", "tickSize": "0.01"},
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
            ],
        }
    ],
}


class Market:
    """What the exchange has, and how it misbehaves."""

    def __init__(self) -> None:
        self.bars = [(START + n * MINUTE, 100.0 + n, 101.0 + n, 99.0 + n, 100.5 + n, 2.0 + n) for n in range(2_500)]
        self.trades = [(1_000 + n, 100.0 + n % 7, 0.25, START + n // 3 * 50, n % 2 == 0) for n in range(2_500)]  # Three in an instant.
        self.asked: list[str] = []
        self.page = 1_000
        self.refusals: list[int] = []  # Status codes of the next answers.
        self.down_after: int | None = None  # So many more answers, then none.

    def answer(self, path: str, query: dict[str, int]) -> Any:
        limit = min(query.get("limit", 500), self.page)
        if path.endswith("/exchangeInfo"):
            return INFO
        if path.endswith("/klines"):
            found = [bar for bar in self.bars if query.get("startTime", 0) <= bar[0] <= query.get("endTime", 1 << 62)]
            return [
                [t, *(str(v) for v in (o, h, low, c, volume)), t + MINUTE - 1, "0", 1, "0", "0", "0"]
                for t, o, h, low, c, volume in found[:limit]
            ]
        if path.endswith("/aggTrades"):
            assert not ("fromId" in query and "startTime" in query), "the real one refuses both at once"
            first = query.get("fromId", 0)
            found_trades = [t for t in self.trades if t[0] >= first and query.get("startTime", 0) <= t[3] <= query.get("endTime", 1 << 62)]
            return [{"a": i, "p": str(p), "q": str(q), "f": i, "l": i, "T": t, "m": m, "M": True} for i, p, q, t, m in found_trades[:limit]]
        return None


@contextmanager
def serving(market: Market) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            market.asked.append(self.path)
            if market.down_after is not None:
                market.down_after -= 1
                if market.down_after < 0:
                    self.connection.close()
                    return
            status = market.refusals.pop(0) if market.refusals else 200
            query = {key: int(values[0]) for key, values in parse_qs(parts.query).items() if values[0].isdigit()}
            body = market.answer(parts.path, query) if status == 200 else {"code": -1003, "msg": "not now"}
            encoded = json.dumps(body if body is not None else {"code": -1121, "msg": "no such thing"}).encode()
            self.send_response(status if body is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
