"""A strategy for storms: it trades for no reason, in every way there is, and takes back what rests."""

from seawall.strategy import MarketSignal, TradingStrategy

SIZES = {"BTC-USDT": 0.05, "ETH-USDT": 0.8, "SOL-USDT": 15.0}


class Restless(TradingStrategy):
    TIMER_SECONDS = 1.0

    def on_timer(self):
        symbol = self.random.choice(list(SIZES))
        venue = self.random.choice(["alpha", "beta"])
        price = self.price_cache[symbol].get(venue)
        if price is None:
            return None
        side = self.random.choice([1, -1])
        kind = self.random.randrange(6)
        if kind == 0:
            return [MarketSignal(symbol, side * self.random.random(), 1.0)]
        if kind == 1:
            for order_id in list(self.open_orders):
                self.cancel(order_id)
            return None
        if kind == 4:
            self.exit(symbol, venue, price)
            return None
        if kind == 5 and self.open_orders:
            self.change(self.random.choice(sorted(self.open_orders)), symbol, price)
            return None
        away = self.random.uniform(-0.0005, 0.002)
        trade = self.buy if side > 0 else self.sell
        time_in_force = "ioc" if kind == 2 else "gtc"
        trade(symbol, SIZES[symbol] / 2, venue=venue, limit_price=price * (1 - side * away), time_in_force=time_in_force)
        return None

    def exit(self, symbol, venue, price):
        """An OCO, of either side."""
        near = self.random.uniform(0.0001, 0.001)
        stop = {"stop_price": price * (1 + near)}
        if self.random.random() < 0.5:
            self.oco("buy", symbol, SIZES[symbol] / 2, above=stop, below={"limit_price": price * (1 - near)}, venue=venue)
        else:
            stop = self.random.choice([{"stop_price": price * (1 - near)}, {"trailing_bps": 5}])
            self.oco("sell", symbol, SIZES[symbol] / 2, above={"limit_price": price * (1 + near)}, below=stop, venue=venue)

    def change(self, order_id, symbol, price):
        if self.random.random() < 0.5:
            self.amend(order_id, SIZES[symbol] / 2 * self.random.uniform(0.5, 0.9))
        else:
            self.replace(order_id, SIZES[symbol] / 2, limit_price=price * self.random.uniform(0.999, 1.001))
