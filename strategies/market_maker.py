"""Rests a bid and an offer around the middle and earns the spread; leans its prices against what it holds."""

from seawall.strategy import PriceUpdate, TradingStrategy

SECOND = 1_000_000_000


class MarketMaker(TradingStrategy):
    """One bid and one offer on each market. The more it holds, the further down both move, so that the offer trades first.

    Config: spread_bps (of each side from the middle), size (base currency), max_inventory (base currency, on each market), skew_bps (at
    max_inventory), requote_bps (move a quote when it is that far off), rest_seconds (but not sooner than that).
    """

    def __init__(self, config):
        super().__init__(config)
        self.spread = config.get("spread_bps", 5) / 10_000
        self.skew = config.get("skew_bps", 3) / 10_000
        self.requote = config.get("requote_bps", 1) / 10_000
        self.rest_ns = int(config.get("rest_seconds", 1) * SECOND)
        self.size = config.get("size", 0.01)
        self.max_inventory = config.get("max_inventory", 0.1)
        self.quotes = {}  # (symbol, venue, side) -> [order id, price, time]
        self.held = {}  # (symbol, venue) -> bought less sold

    def on_market_data(self, price_update: PriceUpdate):
        symbol, venue, middle = price_update.symbol, price_update.venue, price_update.price
        held = self.held.get((symbol, venue), 0.0)
        middle *= 1 - self.skew * held / self.max_inventory
        self.quote(symbol, venue, "buy", middle * (1 - self.spread), held + self.size <= self.max_inventory)
        self.quote(symbol, venue, "sell", middle * (1 + self.spread), held - self.size >= -self.max_inventory)

    def quote(self, symbol, venue, side, price, wanted):
        key = (symbol, venue, side)
        order_id, at, since = self.quotes.get(key, (None, price, self.now_ns - self.rest_ns))
        order = self.open_orders.get(order_id)
        off = abs(price / at - 1) > self.requote or not wanted
        if self.now_ns - since < self.rest_ns:
            return
        if order is not None:
            if off and order.status in ("new", "partially_filled"):
                self.cancel(order_id)
                self.quotes[key] = [order_id, at, self.now_ns]
        elif wanted:
            place = self.buy if side == "buy" else self.sell
            self.quotes[key] = [place(symbol, self.size, venue=venue, limit_price=price, order_type="limit_maker"), price, self.now_ns]

    def on_order_fill(self, fill):
        key = (fill.symbol, fill.venue)
        self.held[key] = self.held.get(key, 0.0) + (fill.quantity if fill.side == "buy" else -fill.quantity)

    def save_state(self):
        return {"quotes": [[*k, *v] for k, v in self.quotes.items()], "held": [[*k, v] for k, v in self.held.items()]}

    def load_state(self, state):
        self.quotes = {(symbol, venue, side): quote for symbol, venue, side, *quote in state["quotes"]}
        self.held = {(symbol, venue): quantity for symbol, venue, quantity in state["held"]}
