"""What all indicators share: a value, and a memory that a strategy's `save_state` can hold."""

from collections import deque
from typing import Any


class Indicator:
    """`value` is None until the indicator is warm; `update(...)` takes the next observation and returns it."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: Any = None

    def save_state(self) -> dict[str, Any]:
        """All it remembers, as plain data: its value, its period and what is private. Other parameters are the constructor's."""
        return {name: _plain(getattr(self, name)) for name in self._memory()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes back what `save_state` of an indicator with the same parameters returned.

        Raises: ValueError: the state is another indicator's, or one's with other parameters.
        """
        names = self._memory()
        if sorted(state) != sorted(names):
            raise ValueError(f"not the state of a {type(self).__name__}: it has {', '.join(sorted(state))}")
        if "period" in names and state["period"] != getattr(self, "period", None):
            raise ValueError(f"a {type(self).__name__} over {state['period']} cannot go on as one over {getattr(self, 'period', None)}")
        for name in names:
            held = getattr(self, name)
            if isinstance(held, Indicator):
                held.load_state(state[name])
            else:
                setattr(self, name, deque(state[name], held.maxlen) if isinstance(held, deque) else state[name])

    def _memory(self) -> list[str]:
        names = [name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())]
        return [name for name in names if name in ("value", "period") or name.startswith("_")]


def whole(name: str, value: Any, least: int = 1) -> int:
    """A period, checked.

    Raises: ValueError: not a whole number, or too small.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError(f"{name} must be a whole number from {least}, got {value!r}")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Indicator):
        return value.save_state()
    return list(value) if isinstance(value, deque | tuple) else value
