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
        kind = self.random.randrange(4)
        if kind == 0:
            return [MarketSignal(symbol, side * self.random.random(), 1.0)]
        if kind == 1:
            for order_id in list(self.open_orders):
                self.cancel(order_id)
            return None
        away = self.random.uniform(-0.0005, 0.002)
        trade = self.buy if side > 0 else self.sell
        time_in_force = "ioc" if kind == 2 else "gtc"
        trade(symbol, SIZES[symbol] / 2, venue=venue, limit_price=price * (1 - side * away), time_in_force=time_in_force)
        return None
