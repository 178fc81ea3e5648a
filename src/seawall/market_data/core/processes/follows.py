"""Follows another asset: whatever that one does in a step, jumps and storms included, this one does in part."""

from typing import ClassVar

import msgspec

from seawall.api.units import PPB, Currency, Nanos
from seawall.market_data.core.figures import Ppb
from seawall.market_data.core.processes.process import Moment, Step


class Follows(msgspec.Struct, frozen=True, tag_field="kind", tag="follows"):
    asset: Currency  # Listed before this one.
    factor: Ppb  # May be above one, or negative.

    diffuses: ClassVar[bool] = False

    def fault(self, step_ns: Nanos) -> str | None:
        return None

    def begin(self) -> list[int]:
        return []

    def prepare(self, opening: int, step_ns: Nanos) -> Step:
        asset, factor = self.asset, self.factor

        def step(moment: Moment, memory: list[int]) -> int:
            return moment.changes[asset] * factor // PPB

        return step
