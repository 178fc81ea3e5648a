"""`seawall data`: what one does with recorded markets before trading on them. One file for each: data_verify.py and its siblings."""

from importlib import import_module

import typer

COMMANDS = ("calibrate", "facts", "fetch", "inspect", "verify")


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.callback()(_data)  # Or a single command would stand for the group.
    for name in COMMANDS:
        import_module(f"seawall.cli.data_{name}").register(group)
    app.add_typer(group, name="data")


def _data() -> None:
    """Look at recorded markets, check them, fetch more."""
