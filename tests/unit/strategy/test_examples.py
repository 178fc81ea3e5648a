"""The example strategies of the trading engine's specification, as it prints them: they run unmodified.

The specification leaves out imports and some methods that it calls. The namespace below supplies the first, a subclass the second.
"""
# ruff: noqa: UP006, UP035, W293 - the examples are as they were printed, and so are the names they use.

import random
from datetime import datetime
from typing import Any, Dict, List, Optional

import numpy as np
import pytest

from seawall.api.message import Message
from seawall.api.signals import BreachReported, BreachType, SignalGenerated, StrategyFailed
from seawall.api.units import HOUR
from seawall.strategy import MarketSignal, OrderFill, PriceUpdate, RiskBreach, TradingStrategy
from tests.unit.strategy.stage import STRATEGY, Stage

NAMESPACE: dict[str, Any] = {
    "Any": Any, "Dict": Dict, "List": List, "Optional": Optional, "datetime": datetime, "np": np, "random": random,
    "TradingStrategy": TradingStrategy, "MarketSignal": MarketSignal, "PriceUpdate": PriceUpdate, "OrderFill": OrderFill,
    "RiskBreach": RiskBreach,
}  # fmt: skip

ARBITRAGE = '''
class ArbitrageStrategy(TradingStrategy):
    """Cross-exchange arbitrage strategy with risk controls"""
    
    VERSION = "1.2.0"
    
    def __init__(self, config: Dict[str, Any]):
        super().__init__(config)
        self.min_spread_bps = config.get("min_spread_bps", 10)
        self.max_position_size = config.get("max_position_size", 1.0)
        self.venues = config.get("venues", ["exchange-1", "exchange-2"])
    
    def on_market_data(self, price_update: PriceUpdate) -> List[MarketSignal]:
        signals = []
        
        # Calculate cross-venue spread
        if len(self.price_cache) >= 2:
            spread_bps = self.calculate_spread_bps(price_update.symbol)
            
            if spread_bps > self.min_spread_bps:
                # Generate buy signal for cheaper venue, sell for expensive
                signals.extend(self.generate_arbitrage_signals(
                    symbol=price_update.symbol,
                    spread_bps=spread_bps
                ))
        
        return signals
    
    def calculate_spread_bps(self, symbol: str) -> float:
        """Calculate spread between venues in basis points"""
        prices = [venue_price for venue_price in self.price_cache[symbol].values()]
        if len(prices) < 2:
            return 0.0
        
        return ((max(prices) - min(prices)) / min(prices)) * 10000
'''

RUNAWAY = '''
class RunawayStrategy(TradingStrategy):
    """Deliberately sends massive orders to test risk controls"""
    
    def on_market_data(self, price_update: PriceUpdate) -> List[MarketSignal]:
        # Simulate strategy malfunction - send 100 market buy orders
        signals = []
        for _ in range(100):
            signals.append(MarketSignal(
                symbol=price_update.symbol,
                signal_strength=1.0,  # Full position size
                confidence=1.0,
                metadata={"order_type": "market", "chaos_type": "runaway_buying"}
            ))
        return signals
'''

RISK_IGNORANT = '''
class RiskIgnorantStrategy(TradingStrategy):
    """Ignores risk limits and position constraints"""
    
    def on_risk_breach(self, breach: RiskBreach) -> None:
        # Deliberately ignore risk breaches and continue trading
        self.logger.info(f"Ignoring risk breach: {breach.breach_type}")
        
        # Generate more signals in opposite direction
        if breach.breach_type == "position_limit":
            self.generate_contrarian_signals()
    
    def generate_contrarian_signals(self):
        """Generate signals that worsen risk exposure"""
        for symbol in self.active_symbols:
            current_position = self.positions.get(symbol, 0)
            # Double down on existing position
            signal_strength = 1.0 if current_position > 0 else -1.0
            # ... generate more of same position type
'''

VOLATILITY_AMPLIFIER = '''
class VolatilityAmplifierStrategy(TradingStrategy):
    """Amplifies market volatility through momentum chasing"""
    
    def on_market_data(self, price_update: PriceUpdate) -> List[MarketSignal]:
        # Chase momentum aggressively, amplifying volatility
        price_change = self.calculate_short_term_momentum(price_update)
        
        if abs(price_change) > 0.01:  # 1% move
            # Chase the move with excessive size
            signal_strength = np.sign(price_change) * 2.0  # 200% of normal size
            
            return [MarketSignal(
                symbol=price_update.symbol,
                signal_strength=signal_strength,
                confidence=1.0,
                metadata={"chaos_type": "volatility_amplification"}
            )]
        return []
'''

CORRELATION_BREAKER = '''
class CorrelationBreakerStrategy(TradingStrategy):
    """Trades against normal asset correlations"""
    
    def on_market_data(self, price_update: PriceUpdate) -> List[MarketSignal]:
        signals = []
        
        # When BTC goes up, aggressively sell ETH (break normal correlation)
        if price_update.symbol == "BTC-USD" and price_update.change_pct > 0.02:
            signals.append(MarketSignal(
                symbol="ETH-USD",
                signal_strength=-1.0,  # Full short position
                confidence=1.0,
                metadata={"chaos_type": "correlation_breaking"}
            ))
        
        return signals
'''

SLOW_LEAK = '''
class SlowLeakStrategy(TradingStrategy):
    """Gradually degrades performance over time"""
    
    def __init__(self, config: Dict[str, Any]):
        super().__init__(config)
        self.trade_count = 0
        self.degradation_rate = config.get("degradation_rate", 0.001)
    
    def on_market_data(self, price_update: PriceUpdate) -> List[MarketSignal]:
        self.trade_count += 1
        
        # Gradually increase bad decision rate
        error_probability = min(0.5, self.trade_count * self.degradation_rate)
        
        if random.random() < error_probability:
            # Make deliberately bad trading decision
            return self.generate_bad_signal(price_update)
        else:
            return self.generate_good_signal(price_update)
'''


def example(text: str, **missing: Any) -> type[TradingStrategy]:
    """The class that the text defines, with the methods the specification calls and does not show."""
    namespace = dict(NAMESPACE)
    exec(text, namespace)
    (kind,) = [value for name, value in namespace.items() if name not in NAMESPACE and isinstance(value, type)]
    for name, method in missing.items():
        setattr(kind, name, method)
    return kind


def signals(messages: list[Message]) -> list[SignalGenerated]:
    assert not [message for message in messages if isinstance(message, StrategyFailed)], messages
    return [message for message in messages if isinstance(message, SignalGenerated)]


def test_arbitrage() -> None:
    """Buys where it is cheap and sells where it is dear, once the spread is wide enough."""

    def generate_arbitrage_signals(self: Any, symbol: str, spread_bps: float) -> list[MarketSignal]:
        prices = self.price_cache[symbol]
        cheap, dear = min(prices, key=prices.get), max(prices, key=prices.get)
        return [
            MarketSignal(symbol, 1.0, 1.0, {"venue": cheap, "spread_bps": spread_bps}),
            MarketSignal(symbol, -1.0, 1.0, {"venue": dear, "spread_bps": spread_bps}),
        ]

    stage = Stage(example(ARBITRAGE, generate_arbitrage_signals=generate_arbitrage_signals), {"min_spread_bps": 20})
    assert stage.strategy.get_strategy_info() == {
        "name": "ArbitrageStrategy", "version": "1.2.0", "description": "Cross-exchange arbitrage strategy with risk controls",
        "parameters": {"min_spread_bps": 20},
    }  # fmt: skip
    assert stage.said[0].version == "1.2.0"  # type: ignore[attr-defined]
    assert signals(stage.trade(10_000)) == []
    assert signals(stage.trade(10_010, venue="exchange-2")) == []
    buy, sell = signals(stage.trade(10_100, venue="exchange-2"))
    assert (buy.symbol, buy.venue, buy.strength, sell.venue, sell.strength) == ("BTC-USD", "exchange-1", 1.0, "exchange-2", -1.0)
    assert buy.metadata == {"spread_bps": pytest.approx(100.0)}


def test_runaway() -> None:
    """A hundred market orders with every price, each with an id of its own."""
    said = signals(Stage(example(RUNAWAY)).trade(10_000))
    assert len(said) == 100
    assert len(dict.fromkeys(signal.tag for signal in said)) == 100
    assert said[0].order_type == "market"
    assert said[0].metadata == {"chaos_type": "runaway_buying"}


def test_risk_ignorant() -> None:
    """Answers a breach with more of the same, through `emit`: the specification leaves the sending out."""

    shown = example(RISK_IGNORANT)

    def generate_contrarian_signals(self: Any) -> None:
        shown.generate_contrarian_signals(self)  # type: ignore[attr-defined]
        for symbol in self.active_symbols:
            self.emit(MarketSignal(symbol, 1.0 if self.positions.get(symbol, 0) > 0 else -1.0))

    stage = Stage(type("Emitting", (shown,), {"generate_contrarian_signals": generate_contrarian_signals}))
    stage.fill("t", 1_000, 100_000_000)
    breach = BreachReported(STRATEGY, BreachType.POSITION_LIMIT, "position", 1.0, 2.0, "BTC", "BTC-USD", "exchange-1", "t")
    assert [(said.symbol, said.strength) for said in signals(stage.deliver(breach))] == [("BTC-USD", 1.0), ("ETH-USD", -1.0)]


def test_volatility_amplifier() -> None:
    """Twice the normal size, as a number of numpy: the engine clamps and reports it."""

    def calculate_short_term_momentum(self: Any, price_update: PriceUpdate) -> float:
        return price_update.change_pct

    stage = Stage(example(VOLATILITY_AMPLIFIER, calculate_short_term_momentum=calculate_short_term_momentum))
    assert signals(stage.trade(10_000)) == []
    (up,) = signals(stage.trade(10_200))
    (down,) = signals(stage.trade(9_800))
    assert (up.strength, down.strength) == (2.0, -2.0)
    assert type(up.strength) is float
    assert up.metadata == {"chaos_type": "volatility_amplification"}


def test_correlation_breaker() -> None:
    """Sells ETH when BTC has risen more than two per cent within a day."""
    stage = Stage(example(CORRELATION_BREAKER))
    stage.trade(10_000)
    assert signals(stage.trade(10_200, after=HOUR)) == []
    (said,) = signals(stage.trade(10_201, after=HOUR))
    assert (said.symbol, said.strength, said.confidence) == ("ETH-USD", -1.0, 1.0)
    assert signals(stage.trade(99_999, symbol="ETH-USD")) == []


def test_slow_leak() -> None:
    """Never bad at first, bad half of the time in the end; the host seeds `random`."""

    def generate_good_signal(self: Any, price_update: PriceUpdate) -> list[MarketSignal]:
        return [MarketSignal(price_update.symbol, 0.5, 1.0, {"good": True})]

    def generate_bad_signal(self: Any, price_update: PriceUpdate) -> list[MarketSignal]:
        return [MarketSignal(price_update.symbol, -0.5, 1.0, {"good": False})]

    random.seed(7)
    kind = example(SLOW_LEAK, generate_good_signal=generate_good_signal, generate_bad_signal=generate_bad_signal)
    stage = Stage(kind, {"degradation_rate": 0.0005})
    good = [bool(signals(stage.trade(10_000))[0].metadata["good"]) for _ in range(2_000)]
    assert good[:20] == [True] * 20
    assert 0.4 < sum(good[1_000:]) / 1_000 < 0.6
