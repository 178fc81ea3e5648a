"""Fill models: whether a price the recording reached fills a resting order of ours. To add one: a function in a file here, and a line.

`reached` is the price that came nearest to or went furthest beyond the order's: of a print, of the best quote on the other side, or a
bar's low (for a BUY) or high (for a SELL). The order fills at its own price, whole, as maker: whatever trades with a resting order
trades at that order's price.
"""

from collections.abc import Callable

from seawall.api.orders import Side
from seawall.backtest.fill_models.touch import touch
from seawall.backtest.fill_models.trade_through import trade_through

FillModel = Callable[[Side, int, int], bool]  # (side, the order's price, reached): does it fill?

FILL_MODELS: tuple[FillModel, ...] = (touch, trade_through)

# A print at our price may have filled only those who queued before us; one beyond it has filled everybody at our price.
DEFAULT_FILL_MODEL: FillModel = trade_through


def fill_model(name: str) -> FillModel:
    """Raises: ValueError: no model of that name."""
    models = {model.__name__: model for model in FILL_MODELS}
    if name not in models:
        raise ValueError(f"no fill model {name!r}; there are {', '.join(models)}")
    return models[name]
