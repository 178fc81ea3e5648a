"""What a sweep has finished so far, a line for each run, so that the next start goes on where the last one ended."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from seawall.analytics.sweep_outcome import Outcome

RUNS, PLAN = "runs.jsonl", "plan.json"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must be the same for runs to be comparable. The grid is not among it: it may grow."""

    strategy: str
    code: str  # SHA-256 of the strategy's file; empty where it has none.
    engine: str  # Seawall's version.
    inputs: list[tuple[str, int]]  # SHA-256 and rows of each.
    config: dict[str, Any]
    setup: dict[str, Any]
    period: int


def differences(old: Plan, new: Plan) -> list[str]:
    return [name for name in Plan.__struct_fields__ if _plain(getattr(old, name)) != _plain(getattr(new, name))]


class Store:
    """A directory, or nothing: then a sweep is only kept in memory.

    Raises: ValueError: the directory holds a sweep of something else.
    """

    def __init__(self, folder: Path | None, plan: Plan, *, fresh: bool) -> None:
        self.folder = folder
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / PLAN
        if fresh:
            path.unlink(missing_ok=True)
            (folder / RUNS).unlink(missing_ok=True)
        if path.is_file():
            try:
                before = msgspec.json.decode(path.read_bytes(), type=Plan)
            except msgspec.DecodeError:
                raise ValueError(f"{path} is not a sweep's plan; choose another directory, or start afresh") from None
            if changed := differences(before, plan):
                raise ValueError(
                    f"{folder} holds a sweep with another {', '.join(changed)}: its runs cannot stand beside new ones; "
                    "choose another directory, or start afresh"
                )
        else:
            path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")

    def finished(self) -> list[Outcome]:
        """A torn last line, of a run that was killed while it wrote, is cut off."""
        if self.folder is None or not (self.folder / RUNS).is_file():
            return []
        path, outcomes, good = self.folder / RUNS, [], 0
        for line in path.read_bytes().splitlines(keepends=True):
            try:
                outcomes.append(msgspec.json.decode(line, type=Outcome))
            except msgspec.DecodeError:
                break
            good += len(line)
        with path.open("r+b") as file:
            file.truncate(good)
        return outcomes

    def add(self, outcomes: Iterable[Outcome]) -> None:
        if self.folder is not None:
            with (self.folder / RUNS).open("ab") as file:
                file.write(b"".join(msgspec.json.encode(outcome) + b"\n" for outcome in outcomes))


def key_of(window: Any, parameters: dict[str, Any]) -> str:
    """The same for equal parameters, before and after JSON."""
    return msgspec.json.encode([window, parameters], order="deterministic").decode()


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value, order="deterministic"))
