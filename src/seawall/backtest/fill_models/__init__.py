"""Fill models: whether a price the recording reached fills a resting order of ours. To add one: a class in a file here, and a line.

docs/fills.md says what each assumes, and how far off it was where the recording proves what would have happened.
"""

from seawall.backtest.fill_models.model import FillModel
from seawall.backtest.fill_models.queue_front import QueueFront
from seawall.backtest.fill_models.queue_log import QueueLog
from seawall.backtest.fill_models.queue_power import QueuePower, QueueProportional, QueueSquare
from seawall.backtest.fill_models.queue_trades import QueueTrades
from seawall.backtest.fill_models.touch import Touch
from seawall.backtest.fill_models.trade_through import TradeThrough

__all__ = ["DEFAULT_FILL_MODEL", "FILL_MODELS", "FillModel", "fill_model", "touch", "trade_through"]

touch, trade_through = Touch(), TradeThrough()

FILL_MODELS: tuple[FillModel, ...] = (
    touch,
    trade_through,
    QueueTrades(),
    QueueProportional(),
    QueueSquare(),
    QueuePower(),
    QueueLog(),
    QueueFront(),
)

# A print at our price may have filled only those who queued before us; one beyond it has filled everybody at our price.
DEFAULT_FILL_MODEL: FillModel = trade_through


def fill_model(name: str) -> FillModel:
    """Raises: ValueError: no model of that name."""
    models = {model.name: model for model in FILL_MODELS}
    if name not in models:
        raise ValueError(f"no fill model {name!r}; there are {', '.join(models)}")
    return models[name]
