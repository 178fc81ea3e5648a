"""The directory of a simulated run: run.json, journal/NUMBER.seg, snapshots/SEQUENCE.snap. Reads and writes files, decides nothing.

run.json says `running` until the run ends: a run that was killed leaves a journal that is good up to where it was cut.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from enum import StrEnum
from io import BufferedWriter
from pathlib import Path
from typing import Any

import msgspec

import seawall
from seawall.cli.errors import UserError
from seawall.runtime.journal import SCHEMA_VERSION, Snapshot, Stamp, read_snapshot

KIND = "simulation"
SHOWING_ROOMS = ("cli", "console", "analytics")  # They show what happened, and have no part in it.


class Status(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Run(msgspec.Struct):
    """run.json."""

    kind: str
    status: Status
    command: str  # Makes the same run again.
    config: dict[str, Any]
    code_version: str
    schema_version: int
    config_hash: str
    entries: int = 0
    digest: str = ""
    state_digest: str = ""
    failure: str = ""


class RunDirectory:
    """A sink for a world's recorder, and later the way back to what it kept."""

    def __init__(self, path: Path, run: Run) -> None:
        self.path = path
        self.run = run
        self._segment: BufferedWriter | None = None
        self._hold: int | None = None  # Of the directory, while this run writes to it; the system takes it from who is killed.

    @classmethod
    def create(cls, path: Path, config: dict[str, Any], command: str = "") -> "RunDirectory":
        """Begins a run. An earlier run in the same place is replaced; anything else is left alone.

        Raises: UserError.
        """
        if path.exists() and not path.is_dir():
            raise _foreign(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            hold = _hold(path)
            try:
                _clear(path)
            except UserError:
                os.close(hold)
                raise
            for part in ("journal", "snapshots"):
                (path / part).mkdir()
        except OSError as error:
            raise UserError(f"--out {path}: {error.strerror}", "name a directory that exists or can be made") from None
        run = Run(KIND, Status.RUNNING, command, config, code_version(), SCHEMA_VERSION, config_hash(config))
        directory = cls(path, run)
        directory._hold = hold
        directory.save()
        return directory

    @classmethod
    def open(cls, path: Path) -> "RunDirectory":
        """Raises: UserError: not the directory of a simulated run."""
        try:
            run = msgspec.json.decode((path / "run.json").read_bytes(), type=Run)
        except FileNotFoundError:
            raise UserError(f"{path} is not the directory of a run: it has no run.json", _HINT) from None
        except (OSError, msgspec.DecodeError) as error:
            raise UserError(f"{path / 'run.json'} cannot be read: {error}", _HINT) from None
        if run.kind != KIND:
            raise UserError(f"{path} holds a {run.kind}, which keeps no journal", _HINT)
        return cls(path, run)

    @property
    def stamp(self) -> Stamp:
        return Stamp(self.run.code_version, self.run.config_hash, self.run.schema_version)

    def begin_segment(self, number: int) -> None:
        self.close()
        self._segment = (self.path / "journal" / f"{number:06}.seg").open("wb")

    def write(self, content: bytes) -> None:
        assert self._segment is not None, "begin a segment first"
        self._segment.write(content)

    def snapshot(self, sequence: int, content: bytes) -> None:
        _write(self.path / "snapshots" / f"{sequence:012}.snap", content)

    def close(self) -> None:
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def save(self) -> None:
        _write(self.path / "run.json", msgspec.json.format(msgspec.json.encode(self.run), indent=2) + b"\n")
        if self._hold is not None and self.run.status is not Status.RUNNING:
            os.close(self._hold)
            self._hold = None

    def segments(self) -> Iterator[tuple[int, bytes]]:
        for path in sorted((self.path / "journal").glob("*.seg")):
            yield int(path.stem), path.read_bytes()

    def snapshots(self) -> Iterator[Snapshot]:
        """Raises: DamagedSnapshot, ForeignJournal."""
        for path in sorted((self.path / "snapshots").glob("*.snap")):
            yield read_snapshot(path.read_bytes(), self.stamp)


_HINT = "seawall sim --out DIRECTORY makes one"


def code_version() -> str:
    """Of everything that can change what a run does: a hash over the source files."""
    root = Path(seawall.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] not in SHOWING_ROOMS:
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def config_hash(config: dict[str, Any]) -> str:
    return hashlib.sha256(msgspec.json.encode(config, order="deterministic")).hexdigest()[:16]


def _hold(path: Path) -> int:
    """So that two runs never write into one journal."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise UserError(f"--out {path}: another run is writing there", "wait for it, or choose another --out") from None
    return descriptor


def _foreign(path: Path) -> UserError:
    return UserError(f"{path} exists and is not the directory of a run", "choose another --out, or remove it yourself")


def _clear(path: Path) -> None:
    if any(path.iterdir()) and not (path / "run.json").is_file():
        raise _foreign(path)
    for part in ("journal", "snapshots"):
        shutil.rmtree(path / part, ignore_errors=True)
    (path / "run.json").unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """So that a reader finds the old file or the new one, never half of it."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    os.replace(beside, path)
