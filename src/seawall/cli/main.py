"""The `seawall` command. To add a command: write cli/NAME.py with `register(app)`, add the name to COMMANDS.

Command modules import what is heavy (polars, numpy, hosts) inside their functions, so that `seawall --help` stays instant.
"""

import errno
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated

import typer

from seawall.cli.errors import UserError

COMMANDS = ("demo", "backtest", "sweep", "sim", "replay", "diff", "new", "doctor", "data")
NOT_BUILT_YET = ("serve", "chaos")

# What a disk or its permissions may answer at any moment. All else that an OSError says is looked at where it can happen, or a bug.
_NO_BUG = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENAMETOOLONG)


def main() -> int:
    """The entry point. Returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    return run(sys.argv[1:])


def run(words: Sequence[str]) -> int:
    try:
        _require_assertions()
        typer.main.get_command(build(words)).main(args=words, prog_name="seawall")
    except UserError as error:
        show(error)
        return 2
    except OSError as error:
        if error.errno not in _NO_BUG:
            raise
        show(
            UserError(
                f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror),
                "make room or choose another place, then run it again",
            )
        )
        return 1
    except KeyboardInterrupt:
        return 130
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def build(words: Sequence[str]) -> typer.Typer:
    """The app with the one command that `words` name, or with all of them for the help page."""
    # Rich help pages would double the time to start.
    app = typer.Typer(name="seawall", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.callback()(_seawall)
    for name in _named(words):
        import_module(f"seawall.cli.{name}").register(app)
    return app


def show(error: UserError) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(Text("error: ", "bold red"), Text(error.message), sep="")
    if error.hint:
        console.print(Text(error.hint, "dim"))


def _named(words: Sequence[str]) -> Sequence[str]:
    if not words or words[0].startswith("-"):
        return COMMANDS
    name = words[0]
    if name in COMMANDS:
        return (name,)
    if name in NOT_BUILT_YET:
        raise UserError(f"seawall {name} is planned and not built yet", _what_exists())
    close = get_close_matches(name, COMMANDS, n=1)
    raise UserError(f"there is no command {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""), _what_exists())


def _what_exists() -> str:
    return f"commands: {', '.join(COMMANDS)}; seawall --help says what each does"


def _require_assertions() -> None:
    if not __debug__:
        raise UserError(
            "Python runs with -O, which removes the assertions that stop a broken machine before it trades on",
            "start it without -O and with PYTHONOPTIMIZE unset",
        )


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"seawall {version('seawall')}")
        raise typer.Exit


def _seawall(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)] = False,
) -> None:
    """A trading engine that is proven in storms: backtest a strategy, simulate a market, break everything around it, reproducibly."""
