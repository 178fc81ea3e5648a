"""The engine's state machine: which mode may follow which, and how a change is told."""

from seawall.api.message import Envelope, Message
from seawall.api.projections import PROJECTIONS
from seawall.api.risk import TradingHalted, TradingResumed
from seawall.api.supervision import TradingMode, TradingModeChanged
from seawall.engine.core.state import EngineState

M = TradingMode

TRANSITIONS: dict[TradingMode, tuple[TradingMode, ...]] = {
    M.RUNNING: (M.REDUCE_ONLY, M.LIQUIDATING, M.HALTED, M.STOPPING),
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
    elif mode is M.RUNNING:
        told = TradingResumed(by, reason)
    return Envelope(PROJECTIONS, told)
