"""How long things take in a backtest."""

import msgspec

from seawall.api.units import Nanos


class Latency(msgspec.Struct, frozen=True):
    feed: Nanos = Nanos(0)  # From the recording's clock to the strategy and the engine.
    order: Nanos = Nanos(0)  # From the engine to the venue, for everything but cancels.
    cancel: Nanos = Nanos(0)
    report: Nanos = Nanos(0)  # From the venue back to the engine.
