"""How the worth of an asset may move, one file each. An asset has one or several; what they do in a step is added."""

from seawall.market_data.core.processes.follows import Follows
from seawall.market_data.core.processes.geometric_brownian import GeometricBrownian
from seawall.market_data.core.processes.jumps import Jumps
from seawall.market_data.core.processes.mean_reversion import MeanReversion
from seawall.market_data.core.processes.regime_switching import Regime, RegimeSwitching
from seawall.market_data.core.processes.self_exciting import SelfExciting

AnyProcess = GeometricBrownian | MeanReversion | RegimeSwitching | Jumps | SelfExciting | Follows  # Tagged: what a state or a file holds.
PROCESSES = (GeometricBrownian, MeanReversion, RegimeSwitching, Jumps, SelfExciting, Follows)

__all__ = [
    "PROCESSES",
    "AnyProcess",
    "Follows",
    "GeometricBrownian",
    "Jumps",
    "MeanReversion",
    "Regime",
    "RegimeSwitching",
    "SelfExciting",
]
