"""`seawall diff`: where two runs part."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.cli.run_files import RunDirectory
    from seawall.runtime.journal import Entry

CONTEXT = 3


def register(app: typer.Typer) -> None:
    app.command("diff")(diff)


def diff(
    run_a: Annotated[Path, typer.Argument(help="The directory of a run.")],
    run_b: Annotated[Path, typer.Argument(help="The directory of another run.")],
) -> None:
    """Show the first journal entry in which two runs differ. Exits with 0 when there is none, else with 1."""
    from seawall.cli.run_files import RunDirectory

    directories = RunDirectory.open(run_a), RunDirectory.open(run_b)
    before: deque[Entry[msgspec.Raw]] = deque(maxlen=CONTEXT)
    count = 0
    for a, b in zip_longest(*map(_entries, directories)):
        if a != b:
            _show(before, a, b, directories)
            raise typer.Exit(1)
        before.append(a)
        count += 1
    typer.echo(f"the same: {count:,} entries")


def _entries(directory: "RunDirectory") -> "Iterator[Entry[msgspec.Raw]]":
    from seawall.runtime.journal import JournalReader
    from seawall.sim.vocabulary import decode_sealed

    reader = JournalReader(directory.segments(), decode_sealed)
    yield from reader
    if reader.damage is not None:
        raise UserError(f"{directory.path / 'journal'} is damaged, {reader.damage}", f"make the run again: {directory.run.command}")


def _show(before: Any, a: Any, b: Any, directories: "tuple[RunDirectory, RunDirectory]") -> None:
    for entry in before:
        typer.echo(f"  {_line(entry)}")
    for sign, entry, directory in zip("<>", (a, b), directories, strict=True):
        typer.echo(f"{sign} {_line(entry) if entry is not None else 'the journal ends'}    ({directory.path})")
    if a is None or b is None:
        return
    left, right = _open(a), _open(b)
    if type(left) is type(right):
        for field in left.__struct_fields__:
            if getattr(left, field) != getattr(right, field):
                typer.echo(f"    {field}: {getattr(left, field)!r} | {getattr(right, field)!r}")


def _line(entry: Any) -> str:
    return f"{entry.sequence} at {_moment(entry.now)} to {entry.target}: {_open(entry)}"


def _moment(now: int) -> str:
    seconds, ns = divmod(now, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ns:09}Z"


def _open(entry: Any) -> Any:
    from seawall.sim.vocabulary import decode_message

    try:
        return decode_message(entry.message)
    except msgspec.DecodeError:  # Another version of the code wrote it.
        return msgspec.msgpack.decode(entry.message)
