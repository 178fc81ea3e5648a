"""A machine's own clock, which may stand wrong and run wrong. True time is the world's."""

from seawall.api.units import PPB, Nanos


class Clock:
    __slots__ = ("_drift_ppb", "_offset_ns", "_start", "exact")

    def __init__(self, start: Nanos, offset_ns: int = 0, drift_ppb: int = 0) -> None:
        if drift_ppb <= -PPB:
            raise ValueError(f"drift_ppb is {drift_ppb}: a clock that runs backwards is not supported, it must be above -{PPB}")
        self.exact = offset_ns == 0 and drift_ppb == 0
        self._start = start
        self._offset_ns = offset_ns
        self._drift_ppb = drift_ppb

    def reading(self, true_time: Nanos) -> Nanos:
        return Nanos(true_time + self._offset_ns + (true_time - self._start) * self._drift_ppb // PPB)

    def true_time(self, reading: Nanos) -> Nanos:
        """The first true time at which the clock reads at least `reading`."""
        passed = reading - self._offset_ns - self._start
        return Nanos(self._start - (-passed * PPB // (PPB + self._drift_ppb)))
