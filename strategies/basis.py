"""Spot against its perpetual: buys the coin and sells the perpetual while that is dear, and closes both when the basis has gone."""

from seawall.strategy import PriceUpdate, TradingStrategy

FRESH_NS = 10 * 1_000_000_000  # Prices older than this are not compared.


class Basis(TradingStrategy):
    """For every symbol that has a `-PERP` beside it, on any venue. The basis is perpetual / spot - 1. Funding comes on top, to whoever
    is short while it is positive.

    Config: entry_bps, leave_bps (of the basis), size (base currency), max_position (base currency, of each leg), both_ways (also short the
    coin and buy the perpetual while it is cheap; the venue must lend).
    """

    def __init__(self, config):
        super().__init__(config)
        self.entry = config.get("entry_bps", 15) / 10_000
        self.leave = config.get("leave_bps", 2) / 10_000
        self.size = config.get("size", 0.05)
        self.max_position = config.get("max_position", 0.5)
        self.both_ways = config.get("both_ways", False)
        self.latest = {}  # symbol -> its newest update

    def on_start(self):
        if not [symbol for symbol in self.active_symbols if f"{symbol}-PERP" in self.active_symbols]:
            raise ValueError(f"basis needs a spot symbol and its -PERP, the data has {', '.join(self.active_symbols)}")

    def on_market_data(self, price_update: PriceUpdate):
        self.latest[price_update.symbol] = price_update
        spot = price_update.symbol.removesuffix("-PERP")
        coin, perpetual = self.latest.get(spot), self.latest.get(f"{spot}-PERP")
        if coin is None or perpetual is None or abs(coin.timestamp_ns - perpetual.timestamp_ns) > FRESH_NS:
            return
        if any(order.symbol.removesuffix("-PERP") == spot for order in self.open_orders.values()):
            return
        basis, held = perpetual.price / coin.price - 1, -self.positions.get(f"{spot}-PERP", 0.0)
        if basis > self.entry and held < self.max_position:
            self.trade(spot, coin, perpetual, min(self.size, self.max_position - held))
        elif basis < -self.entry and self.both_ways and held > -self.max_position:
            self.trade(spot, coin, perpetual, -min(self.size, self.max_position + held))
        elif held and (basis < self.leave) == (held > 0):
            self.trade(spot, coin, perpetual, max(-self.size, min(self.size, -held)))

    def trade(self, spot, coin, perpetual, quantity):
        """Positive: buys the coin and sells the perpetual."""
        first, second = (self.buy, self.sell) if quantity > 0 else (self.sell, self.buy)
        first(spot, abs(quantity), venue=coin.venue)
        second(f"{spot}-PERP", abs(quantity), venue=perpetual.venue)
