"""Tells the traders of a generated market, step by step, what its instruments are worth. Nobody else hears it."""

from collections.abc import Sequence

import msgspec

from seawall.api.instruments import Instrument
from seawall.api.market_data import ReferenceMoved
from seawall.api.message import PUBLIC, Address, Envelope, Message, Tick
from seawall.api.units import Nanos
from seawall.market_data.core.price_process import Disagreement, PriceProcess, PriceState, Walk
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng


class SourceState(msgspec.Struct):
    prices: PriceState
    next_step: Nanos = Nanos(0)


class PriceSource:
    def __init__(
        self,
        address: Address,
        walks: Sequence[Walk],
        instruments: Sequence[Instrument],
        disagreement: Disagreement,
        step_ns: Nanos,
        seed: int,
    ) -> None:
        self.address = address
        self.step_ns = step_ns
        self.process = PriceProcess(walks, instruments, disagreement, step_ns)
        self.state = SourceState(self.process.begin(Rng(seed)))
        self.handlers: dict[type[Message], Handler] = {Tick: self._tick}

    def restore(self, state: SourceState) -> None:
        self.state = state

    def deadline(self) -> Nanos | None:
        return self.state.next_step

    def _tick(self, tick: Tick, now: Nanos) -> list[Envelope]:
        state, process = self.state, self.process
        if now < state.next_step:
            return []
        state.next_step = Nanos(now - now % self.step_ns + self.step_ns)
        process.step(state.prices)
        prices = {key: process.price(state.prices, key) for key in state.prices.premium}
        return [Envelope(PUBLIC, ReferenceMoved(prices, now))]
