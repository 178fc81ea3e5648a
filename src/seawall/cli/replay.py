"""`seawall replay`: gives fresh machines what a run's journal says they were given, and compares with what the run recorded."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.cli.run_files import RunDirectory
    from seawall.runtime.journal import JournalReader


def register(app: typer.Typer) -> None:
    app.command("replay")(replay)


def replay(
    run: Annotated[Path, typer.Argument(help="The directory of a run.")],
    to: Annotated[int | None, typer.Option(help="The last entry to replay. [all]")] = None,
    digest: Annotated[bool, typer.Option("--digest", help="Print the digest of all states after that entry.")] = False,
) -> None:
    """Replay a run's journal. Exits with 1 when the journal is damaged or the machines come to other states than in the run."""
    from seawall.cli.run_files import RunDirectory
    from seawall.runtime.journal import DamagedSnapshot, ForeignJournal
    from seawall.sim.replay import ReplayDiverged

    directory = RunDirectory.open(run)
    if to is not None and to < 1:
        raise UserError(f"--to {to}: entries are numbered from 1")
    try:
        entries, states, checked = _replay(directory, to)
    except ForeignJournal as error:
        raise UserError(f"{run}: {error}", f"the same run: {directory.run.command}") from None
    except (ReplayDiverged, DamagedSnapshot) as error:
        typer.echo(f"{run}: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{entries:,} entries replayed; equal to the run at {checked}")
    if digest:
        typer.echo(f"states {states}")


def _replay(directory: "RunDirectory", to: int | None) -> tuple[int, str, str]:
    """The last entry, the digest of all states after it, and where those were compared with the run's.

    Raises: UserError, ForeignJournal, ReplayDiverged, DamagedSnapshot.
    """
    from seawall.cli.run_files import code_version
    from seawall.cli.sim import build_world
    from seawall.runtime.journal import SCHEMA_VERSION, JournalReader, Stamp
    from seawall.sim.replay import Replay, ReplayDiverged, lost_entries
    from seawall.sim.vocabulary import decode_entry, decode_sealed

    program = Stamp(code_version(), directory.run.config_hash, SCHEMA_VERSION)
    last = to if to is not None else directory.run.entries or None
    sealed = JournalReader(directory.segments(), decode_sealed, program)
    lost = lost_entries(_until(sealed, last))
    world = build_world(directory.run.config)
    replay = Replay([node.spec for node in world.nodes.values()], world.start, lost)
    recorded = directory.snapshots()
    following = next(recorded, None)
    checked = 0
    reader = JournalReader(directory.segments(), decode_entry, program)
    for entry in _until(reader, last):
        replay.apply(entry)
        if following is not None and following.sequence == entry.sequence:
            replay.check(following)
            following = next(recorded, None)
            checked += 1
    _refuse_short(directory, reader, last)
    states = replay.digest()
    at_end = reader.sequence == directory.run.entries
    if at_end and states != directory.run.state_digest:
        raise ReplayDiverged(
            f"after the last entry, {reader.sequence}, the states have the digest {states}, {directory.run.state_digest} in the run"
        )
    return reader.sequence, states, f"{checked} snapshots" + (" and at the end" if at_end else "")


def _until(reader: "JournalReader", last: int | None) -> Any:
    for entry in reader:
        yield entry
        if entry.sequence == last:
            return


def _refuse_short(directory: "RunDirectory", reader: "JournalReader", last: int | None) -> None:
    """The journal must reach what was asked for."""
    if last is None or reader.sequence >= last:
        return
    if reader.damage is not None:
        raise UserError(f"{directory.path / 'journal'} is damaged, {reader.damage}", f"replay what is good: --to {reader.sequence}")
    raise UserError(f"the journal of {directory.path} ends with entry {reader.sequence}", f"replay all of it: --to {reader.sequence}")
