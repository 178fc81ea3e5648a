"""History from exchanges into Parquet files. A shell, and the only place that knows ccxt."""

from seawall.market_data.fetch.exchange import Exchange, FetchError, open_exchange
from seawall.market_data.fetch.history import History, bars_of, trades_of
from seawall.market_data.fetch.store import Store

__all__ = ["Exchange", "FetchError", "History", "Store", "bars_of", "open_exchange", "trades_of"]
