"""`seawall replay`: gives fresh machines what a run's journal says they were given, and compares with what the run recorded."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from seawall.cli import options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.cli.run_files import RunDirectory
    from seawall.runtime.journal import Entry, JournalReader
    from seawall.sim.replay import Replay


def register(app: typer.Typer) -> None:
    app.command("replay")(replay)


def replay(
    run: Annotated[Path, typer.Argument(help="The directory of a run.")],
    to: Annotated[int | None, typer.Option(help="The last entry to replay. Default: all.", min=1)] = None,
    log_level: options.LogLevel = "warning",
    digest: Annotated[bool, typer.Option("--digest", help="Print the digest of all states after that entry.")] = False,
) -> None:
    """Replay a run's journal. Exits with 1 when the machines come to other states than in the run."""
    from seawall.cli.log import strategies_log
    from seawall.cli.run_files import RunDirectory
    from seawall.runtime.journal import DamagedSnapshot, ForeignJournal
    from seawall.sim.replay import ReplayDiverged

    directory = RunDirectory.open(run)
    try:
        with strategies_log(log_level):
            done = _Replayed(directory, to)
    except ForeignJournal as error:
        raise UserError(f"{run}: {error}", f"it was made by: {directory.run.command}") from None
    except (ReplayDiverged, DamagedSnapshot) as error:
        typer.echo(f"{run}: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{done.entries:,} entries replayed, {done.checked}")
    if digest:
        typer.echo(f"states {done.digest}")


class _Replayed:
    """Replays up to the entry `to`. Raises: UserError, ForeignJournal, ReplayDiverged, DamagedSnapshot."""

    def __init__(self, directory: "RunDirectory", to: int | None) -> None:
        from seawall.cli.run_files import code_version, config_hash
        from seawall.cli.sim_config import SimConfig, build_world
        from seawall.runtime.journal import SCHEMA_VERSION, JournalReader, Stamp
        from seawall.sim.replay import Replay, lost_entries
        from seawall.sim.vocabulary import decode_entry, decode_sealed

        config = msgspec.convert(directory.run.config, SimConfig).renewed()
        program = Stamp(code_version(), config_hash(msgspec.to_builtins(config)), SCHEMA_VERSION)
        last = to or directory.run.entries or None
        lost = lost_entries(_until(JournalReader(directory.segments(), decode_sealed, program), last))
        world = build_world(config)
        reader = JournalReader(directory.segments(), decode_entry, program)
        replay = Replay([node.spec for node in world.nodes.values()], world.start, lost)
        snapshots = self._apply(directory, replay, _until(reader, last))
        _refuse_short(directory, reader, last)
        self.entries = reader.sequence
        self.digest = replay.digest()
        self.checked = f"equal to the run at {snapshots} snapshots"
        if reader.sequence == directory.run.entries:
            self._check_end(directory)
        if reader.damage is not None:
            self.checked += f"; the run was cut off there, {reader.damage}"

    def _apply(self, directory: "RunDirectory", replay: "Replay", entries: "Iterator[Entry[Any]]") -> int:
        """Returns how many of the run's snapshots it passed, all of them equal."""
        passed = 0
        snapshots = directory.snapshots()
        following = next(snapshots, None)
        for entry in entries:
            replay.apply(entry)
            if following is not None and following.sequence == entry.sequence:
                replay.check(following)
                following = next(snapshots, None)
                passed += 1
        return passed

    def _check_end(self, directory: "RunDirectory") -> None:
        from seawall.sim.replay import ReplayDiverged

        if self.digest != directory.run.state_digest:
            raise ReplayDiverged(f"after its last entry the run's states had the digest {directory.run.state_digest}, now {self.digest}")
        self.checked += " and at its end"


def _until(reader: "JournalReader", last: int | None) -> "Iterator[Entry[Any]]":
    for entry in reader:
        yield entry
        if entry.sequence == last:
            return


def _refuse_short(directory: "RunDirectory", reader: "JournalReader", last: int | None) -> None:
    """The journal must reach what was asked for; that of a run that was killed may end in a torn entry."""
    from seawall.runtime.journal import DamageKind

    damage, hint = reader.damage, f"what is good can be replayed: --to {reader.sequence}"
    if damage is not None and not (last is None and damage.kind is DamageKind.TORN):
        raise UserError(f"the journal of {directory.path} is damaged, {damage}", hint)
    if last is not None and reader.sequence < last:
        raise UserError(f"the journal of {directory.path} ends with entry {reader.sequence}", hint)
