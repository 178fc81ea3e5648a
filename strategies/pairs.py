"""Trades two coins against each other: sells the first and buys the second while their ratio is unusually high, or the reverse."""

from seawall.strategy import PriceUpdate, TradingStrategy
from seawall.strategy.indicators import ZScore

MINUTE = 60 * 1_000_000_000


class Pairs(TradingStrategy):
    """The z-score of price(first) / price(second) on one venue, taken once a minute.

    Config: first, second (symbols; default: the first two of the data), venue (default: the first heard of), window (minutes), entry, leave
    (deviations), notional (quote currency of each leg; its size follows the prices).
    """

    def __init__(self, config):
        super().__init__(config)
        self.first, self.second, self.venue = config.get("first"), config.get("second"), config.get("venue")
        self.entry, self.leave = config.get("entry", 2.0), config.get("leave", 0.5)
        self.notional = config.get("notional", 1_000.0)
        self.score = ZScore(config.get("window", 240))
        self.prices = {}
        self.minute = None
        self.side = 0  # 1: long the first, -1: short it, 0: flat

    def on_start(self):
        if self.first is None or self.second is None:
            if len(self.active_symbols) < 2:
                raise ValueError(f"pairs needs two symbols, the data has {', '.join(self.active_symbols)}")
            self.first, self.second = self.active_symbols[:2]

    def on_market_data(self, price_update: PriceUpdate):
        if price_update.symbol not in (self.first, self.second):
            return None
        self.venue = self.venue or price_update.venue
        if price_update.venue != self.venue:
            return None
        self.prices[price_update.symbol] = price_update.price
        minute = price_update.timestamp_ns // MINUTE
        if len(self.prices) < 2 or minute == self.minute:
            return None
        self.minute = minute
        score = self.score.update(self.prices[self.first] / self.prices[self.second])
        if score is None or self.open_orders:
            return None
        if not self.side and abs(score) > self.entry:
            return self.enter(-1 if score > 0 else 1)
        if self.side and abs(score) < self.leave:
            return self.go_flat()
        return None

    def enter(self, side):
        self.side = side
        self.order(self.first, side * self.notional / self.prices[self.first])
        self.order(self.second, -side * self.notional / self.prices[self.second])

    def go_flat(self):
        self.side = 0
        for symbol in (self.first, self.second):
            self.order(symbol, -self.positions.get(symbol, 0.0))

    def order(self, symbol, quantity):
        if quantity:
            (self.buy if quantity > 0 else self.sell)(symbol, abs(quantity), venue=self.venue)

    def save_state(self):
        return {"score": self.score.save_state(), **{name: getattr(self, name) for name in ("prices", "minute", "side", "venue")}}

    def load_state(self, state):
        self.score.load_state(state.pop("score"))
        for name, value in state.items():
            setattr(self, name, value)
