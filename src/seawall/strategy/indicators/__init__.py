"""Indicators: fed value by value, None until they have seen enough. To add one: a file here, a line in the tuple.

from seawall.strategy.indicators import EMA
"""

from seawall.strategy.indicators.atr import ATR
from seawall.strategy.indicators.bollinger import Bands, Bollinger
from seawall.strategy.indicators.ema import EMA
from seawall.strategy.indicators.indicator import Indicator
from seawall.strategy.indicators.order_flow import OrderFlowImbalance
from seawall.strategy.indicators.realised_volatility import RealisedVolatility
from seawall.strategy.indicators.rsi import RSI
from seawall.strategy.indicators.sma import SMA
from seawall.strategy.indicators.vwap import VWAP
from seawall.strategy.indicators.zscore import ZScore

INDICATORS: tuple[type[Indicator], ...] = (SMA, EMA, RSI, ATR, Bollinger, VWAP, ZScore, RealisedVolatility, OrderFlowImbalance)

__all__ = [
    "ATR",
    "EMA",
    "INDICATORS",
    "RSI",
    "SMA",
    "VWAP",
    "Bands",
    "Bollinger",
    "Indicator",
    "OrderFlowImbalance",
    "RealisedVolatility",
    "ZScore",
]
