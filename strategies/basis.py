"""Spot against its perpetual: sells the perpetual and buys the coin while that is unusually dear; closes both when it is usual again."""

from seawall.strategy import PriceUpdate, TradingStrategy
from seawall.strategy.indicators import Bollinger

FRESH_NS = 10 * 1_000_000_000  # Prices older than this are not compared.
SECOND_NS = 1_000_000_000


class Basis(TradingStrategy):
    """For every symbol that has a `-PERP` beside it, on any venue. The basis is perpetual / spot - 1, and what is usual is its mean over
    `window` seconds, which stands still while a position is held. The perpetual goes first, and the coin follows whatever of it has filled.
    Funding comes on top, to whoever is short while it is positive.

    Config: entry (deviations from the usual), window (seconds), cost_bps (what a round trip of both legs is reckoned to cost: nothing is
    entered for less), size (base currency), max_position (base currency, of each leg), both_ways (also short the coin and buy the
    perpetual while it is unusually cheap; the venue must lend).

    `cost_bps` is 3, what makers in the best fee tier pay. Ordinary takers on Binance pay 30 (10 for the coin and 5 for the perpetual, there
    and back): with less than that it trades, and is expected to lose the difference in fees.
    """

    def __init__(self, config):
        super().__init__(config)
        self.entry, self.window = config.get("entry", 2.0), config.get("window", 60)
        self.cost = config.get("cost_bps", 3) / 10_000
        self.size, self.max_position = config.get("size", 0.05), config.get("max_position", 0.5)
        self.both_ways = config.get("both_ways", False)
        self.latest = {}  # symbol -> its newest update
        self.bands, self.sampled, self.acted = {}, {}, {}  # spot symbol -> what is usual, the second of the newest sample, of an order

    def on_start(self):
        if not [symbol for symbol in self.active_symbols if f"{symbol}-PERP" in self.active_symbols]:
            raise ValueError(f"basis needs a spot symbol and its -PERP, the data has {', '.join(self.active_symbols)}")

    def on_market_data(self, price_update: PriceUpdate):
        self.latest[price_update.symbol] = price_update
        spot = price_update.symbol.removesuffix("-PERP")
        coin, perpetual = self.latest.get(spot), self.latest.get(f"{spot}-PERP")
        if coin is None or perpetual is None or abs(coin.timestamp_ns - perpetual.timestamp_ns) > FRESH_NS:
            return
        second, held = price_update.timestamp_ns // SECOND_NS, -self.positions.get(f"{spot}-PERP", 0.0)
        uncovered = self.positions.get(spot, 0.0) - held
        usual = self.usual(spot, perpetual.price / coin.price - 1, second, held)
        if usual is None or any(order.symbol.removesuffix("-PERP") == spot for order in self.open_orders.values()):
            return
        if abs(uncovered) > self.size / 10:
            (self.sell if uncovered > 0 else self.buy)(spot, abs(uncovered), venue=coin.venue)
            return
        if second == self.acted.get(spot):
            return
        dear = (perpetual.bid or perpetual.price) / (coin.ask or coin.price) - 1 - usual.middle  # If sold now,
        cheap = usual.middle - (perpetual.ask or perpetual.price) / (coin.bid or coin.price) + 1  # or bought.
        needed = max(usual.upper - usual.middle, self.cost)
        quantity = 0.0  # To be sold of the perpetual.
        if dear > needed and 0 <= held < self.max_position:
            quantity = min(self.size, self.max_position - held)
        elif cheap > needed and self.both_ways and -self.max_position < held <= 0:
            quantity = -min(self.size, self.max_position + held)
        elif (held > 0 and cheap >= 0) or (held < 0 and dear >= 0):
            quantity = max(-self.size, min(self.size, -held))
        if quantity:
            self.acted[spot] = second
            (self.sell if quantity > 0 else self.buy)(f"{spot}-PERP", abs(quantity), venue=perpetual.venue)

    def usual(self, spot, basis, second, held):
        bands = self.bands.setdefault(spot, Bollinger(self.window, self.entry))
        if second != self.sampled.get(spot) and not (held and bands.value):
            self.sampled[spot] = second
            bands.update(basis)
        return bands.value
