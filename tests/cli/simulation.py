"""The commands of simulated runs as one small app, in this process or another: `python -m tests.cli.simulation sim --seed 1`."""

import sys
from collections.abc import Sequence

import typer

from seawall.cli import diff, replay, sim
from seawall.cli.errors import UserError


def seawall(*words: str) -> int:
    """The exit code. What the user must change is printed as `error: message (hint)`."""
    app = typer.Typer(pretty_exceptions_enable=False)
    for module in (sim, replay, diff):
        module.register(app)
    try:
        typer.main.get_command(app).main(args=list(words))
    except UserError as error:
        print(f"error: {error.message} ({error.hint})", file=sys.stderr)
        return 2
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def main(words: Sequence[str]) -> None:
    sys.exit(seawall(*words))


if __name__ == "__main__":
    main(sys.argv[1:])
