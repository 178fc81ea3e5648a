"""Requests that never arrive, and are answered all the same."""

from typing import Any

import msgspec

from seawall.api.control import Answer
from seawall.api.units import Nanos
from seawall.sim.faults.changes import Changes, message_type
from seawall.sim.faults.fault import Passage, Reading


class Answering:
    def __init__(self, fault: Answer, messages: tuple[str, ...], reading: Reading) -> None:
        self._type = kind = message_type(fault.message)
        self._given = Changes(fault.fields, (fault.message,)).of(kind)
        self._timed = "event_time" in kind.__struct_fields__ and "event_time" not in self._given
        self._copied = [field for field in kind.__struct_fields__ if field not in self._given and field != "event_time"]
        self._reading = reading
        needed = [field.name for field in msgspec.structs.fields(kind) if field.required and field.name in self._copied]
        if not messages:
            raise ValueError(f"an {fault.message} as answer takes a selector that names the requests")
        for name in messages:
            missing = [field for field in needed if field not in message_type(name).__struct_fields__]
            if missing:
                raise ValueError(f"{fault.message} as answer to {name}: say what {', '.join(missing)} should be")

    def act(self, message: Any, now: Nanos) -> tuple[Passage, ...]:
        fields = {field: getattr(message, field) for field in self._copied if hasattr(message, field)} | self._given
        if self._timed:
            fields["event_time"] = self._reading(now)
        return (Passage(self._type(**fields), back=True),)
