"""Tells the traders of a generated market, step by step, what its instruments are worth. Nobody else hears it."""

import msgspec

from seawall.api.market_data import ReferenceMoved
from seawall.api.message import PUBLIC, Address, Envelope, Message, Tick
from seawall.api.units import PPB, Nanos
from seawall.market_data.core.price_process import PriceProcess, PriceState
from seawall.market_data.core.shocks.curve import Effect
from seawall.runtime.machine import Handler
from seawall.runtime.rng import Rng


class SourceState(msgspec.Struct):
    prices: PriceState
    next_step: Nanos = Nanos(0)


class PriceSource:
    def __init__(self, address: Address, process: PriceProcess, step_ns: Nanos, seed: int) -> None:
        self.address = address
        self.step_ns = step_ns
        self.process = process
        self.state = SourceState(process.begin(Rng(seed)))
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
        prices = {key: process.price(state.prices, key) for key in process.instruments}
        depth, flow = (
            {key: value for key in prices if (value := process.effect(state.prices, effect, key)) != PPB}
            for effect in (Effect.DEPTH, Effect.FLOW)
        )
        return [Envelope(PUBLIC, ReferenceMoved(prices, now, depth, flow))]
