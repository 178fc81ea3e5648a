"""Background traders, one file each. They know a venue's public data, the reports on their own account, and what a price source says."""

from seawall.market_data.core.traders.arbitrageur import Arbitrageurs
from seawall.market_data.core.traders.leveraged_trader import LeveragedTraders
from seawall.market_data.core.traders.market_makers import MarketMakers
from seawall.market_data.core.traders.momentum_trader import MomentumTraders
from seawall.market_data.core.traders.noise_trader import NoiseTraders

AnyTraders = MarketMakers | NoiseTraders | MomentumTraders | Arbitrageurs | LeveragedTraders  # Tagged, as a file names them.
TRADERS = (MarketMakers, NoiseTraders, MomentumTraders, Arbitrageurs, LeveragedTraders)

__all__ = ["TRADERS", "AnyTraders", "Arbitrageurs", "LeveragedTraders", "MarketMakers", "MomentumTraders", "NoiseTraders"]
