"""What a strategy author imports. A strategy is one plain file with one class that derives from `TradingStrategy`."""

from seawall.strategy.base import TradingStrategy
from seawall.strategy.book import BookLevel, OrderBook
from seawall.strategy.events import Bar, FundingPayment, MarketSignal, OpenOrder, OrderFill, OrderUpdate, PriceUpdate, RiskBreach

__all__ = [
    "Bar", "BookLevel", "FundingPayment", "MarketSignal", "OpenOrder", "OrderBook", "OrderFill", "OrderUpdate", "PriceUpdate", "RiskBreach",
    "TradingStrategy",
]  # fmt: skip
