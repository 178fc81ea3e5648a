"""The engine's state machine: which mode may follow which, and how a change is told."""

from collections.abc import Sequence

from seawall.api.message import Envelope, Message
from seawall.api.projections import PROJECTIONS
from seawall.api.risk import TradingHalted, TradingResumed
from seawall.api.supervision import TradingMode, TradingModeChanged
from seawall.engine.core.state import EngineState

M = TradingMode
ENGINE = "engine"  # Who, when nobody else did.

BY_ITSELF = (M.STARTING, M.RUNNING, M.DEGRADED)  # The engine goes from one to another of them as its venues come and go.

TRANSITIONS: dict[TradingMode, tuple[TradingMode, ...]] = {
    M.STARTING: (M.RUNNING, M.DEGRADED, M.REDUCE_ONLY, M.LIQUIDATING, M.HALTED, M.STOPPING),
    M.RUNNING: (M.DEGRADED, M.REDUCE_ONLY, M.LIQUIDATING, M.HALTED, M.STOPPING),
    M.DEGRADED: (M.RUNNING, M.REDUCE_ONLY, M.LIQUIDATING, M.HALTED, M.STOPPING),
    M.REDUCE_ONLY: (M.RUNNING, M.LIQUIDATING, M.HALTED, M.STOPPING),
    M.LIQUIDATING: (M.HALTED, M.STOPPING),
    M.HALTED: (M.RUNNING, M.LIQUIDATING, M.STOPPING),
    M.STOPPING: (M.STOPPED, M.LIQUIDATING, M.HALTED),
    M.STOPPED: (),
}


def allowed(state: EngineState, mode: TradingMode) -> bool:
    return mode in TRANSITIONS[state.mode]


def change(state: EngineState, mode: TradingMode, by: str, reason: str) -> Envelope:
    assert allowed(state, mode), f"{state.mode} to {mode}"
    state.mode, state.mode_by, state.mode_reason = mode, by, reason
    told: Message = TradingModeChanged(mode, by, reason)
    if mode is M.HALTED:
        told = TradingHalted(by, reason)
    elif mode is M.RUNNING and by != ENGINE:
        told = TradingResumed(by, reason)
    return Envelope(PROJECTIONS, told)


def follow(state: EngineState, live: Sequence[bool]) -> list[Envelope]:
    """The venues, each live or not, have changed: so may the mode, unless somebody has set another."""
    if state.mode not in BY_ITSELF or (state.mode is M.STARTING and not any(live)):
        return []
    mode = M.RUNNING if all(live) else M.DEGRADED
    return [] if mode is state.mode else [change(state, mode, ENGINE, f"{sum(live)} of {len(live)} venues are live")]
