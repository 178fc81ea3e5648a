"""Buys a coin where it is cheap and sells it where it is dear, in the same instant.

USD, USDT and USDC are three currencies: prices are compared in one of them, at what the others trade for. Without a fresh market for a
stablecoin its prices are left out; assuming that it is worth a dollar is the mistake this strategy does not make.
"""

from seawall.strategy import MarketSignal, PriceUpdate, TradingStrategy

FRESH_NS = 120 * 1_000_000_000  # Prices older than this are not compared.


class Arbitrage(TradingStrategy):
    """Config: base, reference (the currency to compare in), min_spread_bps (beyond the fees of both legs), fee_bps (of one leg),
    max_position_size and max_inventory (base currency), venues (a list; default: all).
    """

    def __init__(self, config):
        super().__init__(config)
        self.base = config.get("base", "BTC")
        self.reference = config.get("reference", "USD")
        self.hurdle = (config.get("min_spread_bps", 30) + 2 * config.get("fee_bps", 40)) / 10_000
        self.max_position_size = config.get("max_position_size", 0.1)
        self.max_inventory = config.get("max_inventory", 1.0)
        self.venues = config.get("venues")
        self.latest = {}  # (symbol, venue) -> the newest update
        self.inventory = {}  # (symbol, venue) -> bought less sold

    def on_market_data(self, price_update: PriceUpdate):
        if self.venues is not None and price_update.venue not in self.venues:
            return None
        self.latest[price_update.symbol, price_update.venue] = price_update
        if not price_update.symbol.startswith(self.base + "-") or self.open_orders:
            return None
        offers = self.comparable_prices()
        if len(offers) < 2:
            return None
        cheap = min((o for o in offers if self.held(o) < self.max_inventory), key=offers.get, default=None)
        dear = max((o for o in offers if self.held(o) > -self.max_inventory), key=offers.get, default=None)
        if cheap is None or dear is None or offers[dear] / offers[cheap] - 1 < self.hurdle:
            return None
        return [self.leg(cheap, 1.0), self.leg(dear, -1.0)]

    def comparable_prices(self):
        """(symbol, venue) -> price in the reference currency, for every fresh market of the coin that can be converted."""
        prices = {}
        for (symbol, venue), update in self.latest.items():
            base, quote = symbol.split("-")
            rate = self.rate(quote) if base == self.base and self.fresh(update) else None
            if rate is not None:
                prices[symbol, venue] = update.price * rate
        return prices

    def rate(self, currency):
        """What one unit trades for in the reference currency, on whichever venue spoke last: directly, or by way of USDT."""
        if currency == self.reference:
            return 1.0
        direct = self.newest(f"{currency}-{self.reference}")
        if direct is not None:
            return direct.price
        first, second = self.newest(f"{currency}-USDT"), self.newest(f"USDT-{self.reference}")
        return first.price * second.price if first is not None and second is not None else None

    def newest(self, symbol):
        known = [u for (s, _), u in self.latest.items() if s == symbol and self.fresh(u)]
        return max(known, key=lambda u: u.timestamp_ns, default=None)

    def fresh(self, update):
        return self.now_ns - update.timestamp_ns <= FRESH_NS

    def held(self, offer):
        return self.inventory.get(offer, 0.0)

    def leg(self, offer, strength):
        symbol, venue = offer
        return MarketSignal(symbol, strength, 1.0, {"venue": venue})

    def on_order_fill(self, fill):
        key = (fill.symbol, fill.venue)
        self.inventory[key] = self.held(key) + (fill.quantity if fill.side == "buy" else -fill.quantity)
