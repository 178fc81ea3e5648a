"""What may befall a market at a given time, one file each. A shock is a schedule: it says what it does as curves over time."""

from seawall.market_data.core.shocks.crash import Crash
from seawall.market_data.core.shocks.depeg import Depeg
from seawall.market_data.core.shocks.divergence import Divergence
from seawall.market_data.core.shocks.drain import Drain
from seawall.market_data.core.shocks.path import Path
from seawall.market_data.core.shocks.turbulence import Turbulence

AnyShock = Crash | Depeg | Divergence | Drain | Turbulence | Path
SHOCKS = (Crash, Depeg, Divergence, Drain, Turbulence, Path)

__all__ = ["SHOCKS", "AnyShock", "Crash", "Depeg", "Divergence", "Drain", "Path", "Turbulence"]
