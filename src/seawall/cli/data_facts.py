"""`seawall data facts`: the stylised facts of a generated market, set beside those of recorded ticks."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seawall.cli import options
from seawall.cli.errors import UserError

if TYPE_CHECKING:
    from seawall.analytics.facts.tape import Tape

MARKET = "lively"
SHARED = "../shared/data"


def register(group: typer.Typer) -> None:
    group.command("facts")(facts)


def facts(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Recorded quotes, trades and depth; patterns work. Default: ticks in SEAWALL_DATA.",
            metavar="[FILE]...",
        ),
    ] = None,
    market: Annotated[str, typer.Option(help="YAML file that defines the market, one of ours, or none.", metavar="FILE")] = MARKET,
    seed: options.Seed = 42,
    hours: options.Hours = 0.18,
    out: Annotated[Path, typer.Option(help="Where to write facts.html and facts.json.", metavar="DIRECTORY")] = Path("runs/facts"),
) -> None:
    """Measure a generated market: tails, clusters, spread, depth, order flow. Writes a page that sets it beside recorded ticks."""
    import msgspec

    from seawall.analytics.facts.compare import FACTS, alike
    from seawall.analytics.facts.measure import measure
    from seawall.analytics.facts.page import render
    from seawall.cli.facts_tapes import generated_tapes, recorded_tapes
    from seawall.cli.sim_config import market_at
    from seawall.market_data.recorded import RecordingError

    options.check_hours(hours)
    found = files or _shared()
    try:
        recorded = recorded_tapes(found) if found else []
    except RecordingError as error:
        raise UserError(error.message, error.hint) from None
    if files and not recorded:
        raise UserError("no instrument has both quotes and trades in these files", "give a file of quotes and one of trades")
    tapes = [*recorded, *(generated_tapes(market_at(market), seed, hours) if market != "none" else [])]
    if not tapes:
        raise UserError("there is nothing to measure: no market, and no recorded ticks", "name a --market, or files")
    measured = {tape.name: measure(tape) for tape in tapes}
    words = ["seawall", "data", "facts", *(files or []), "--market", market, "--seed", str(seed), "--hours", f"{hours:g}"]
    out.mkdir(parents=True, exist_ok=True)
    title = f"Facts of the {Path(market).stem} market" if market != "none" else "Facts of recorded markets"
    (out / "facts.html").write_text(render(title, tapes, shlex.join(words)), encoding="utf-8")
    (out / "facts.json").write_bytes(msgspec.json.format(msgspec.json.encode(measured), indent=2) + b"\n")
    for tape in tapes:
        kind = "recorded" if tape.recorded else "generated"
        typer.echo(f"{tape.name}: {kind}, {tape.seconds / 60:.1f} min, {len(tape.quote_times):,} quotes, {len(tape.trade_times):,} trades")
        other = _nearest(tape, tapes)
        if other is not None:
            known = [fact for fact in FACTS if alike(fact, measured[tape.name], measured[other.name]) is not None]
            differ = [fact for fact in known if not alike(fact, measured[tape.name], measured[other.name])]
            typer.echo(f"  like {other.name} in {len(known) - len(differ)} of {len(known)} facts" + ("; not in:" if differ else ""))
            for fact in differ:
                here, there = getattr(measured[tape.name], fact.field), getattr(measured[other.name], fact.field)
                typer.echo(f"    {fact.title}: {here:.4g}, there {there:.4g}")
    typer.echo(f"report {out / 'facts.html'}")


def _nearest(tape: "Tape", tapes: "list[Tape]") -> "Tape | None":
    if tape.recorded:
        return None
    recorded = [other for other in tapes if other.recorded]
    coin = tape.symbol.partition("-")[0]
    return next((other for other in recorded if other.symbol.partition("-")[0] == coin), recorded[0] if recorded else None)


def _shared() -> list[str]:
    """Tick files that are there; none are needed."""
    folder = Path(os.environ.get("SEAWALL_DATA", SHARED))
    return [str(path) for kind in ("quotes_l1", "trades", "depth_l2") for path in sorted(folder.glob(f"*ticks*_{kind}.parquet"))]
