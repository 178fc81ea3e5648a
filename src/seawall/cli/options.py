"""Options that commands share, and texts of the command line to values. Every refusal says what is allowed."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from seawall.api.units import DAY, HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND, Nanos
from seawall.cli.errors import UserError
from seawall.strategy.events import as_nanos

Config = Annotated[Path | None, typer.Option(help="YAML file with the strategies' parameters.", metavar="FILE")]
Set = Annotated[list[str], typer.Option("--set", help="One parameter of the strategies; beats --config. Repeatable.", metavar="KEY=VALUE")]
LogLevel = Annotated[str, typer.Option(help="What strategies log, from debug, info, warning or error on.", metavar="LEVEL")]
Seed = Annotated[int, typer.Option(help="Everything random is drawn from it: the same seed makes the same run.", min=0, metavar="NUMBER")]
Hours = Annotated[float, typer.Option(help="How long, in the market's time.", metavar="NUMBER")]
Faults = Annotated[str, typer.Option(help="What goes wrong on the way: none, mild, rough.", metavar="FAULTS")]

Market = Annotated[
    str | None,
    typer.Option(
        help="YAML file that defines the market, or ours: basis, calm, cascade, crash, depeg, divergence, lively.", metavar="FILE"
    ),
]

LONGEST_HOURS = 24 * 365
LONGEST_DURATION = 60 * MINUTE
_EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")  # A number to everybody but YAML, which wants a point and a sign in it.
_EXAMPLES = {"--balances": "USD=5000,BTC=0.5", "--latency": "order=5ms,report=5ms", "--limit": "max_orders=50"}
_UNITS = {"ns": 1, "us": MICROSECOND, "ms": MILLISECOND, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


def pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`["a=1,b=2", "c=3"]` to a dict."""
    found: dict[str, str] = {}
    for text in texts:
        for part in text.split(","):
            key, sign, value = part.partition("=")
            if not sign or not key.strip() or not value.strip():
                raise UserError(f"{option} {part!r} is not key=value", f"for example {option} {_EXAMPLES.get(option, 'key=value')}")
            found[key.strip()] = value.strip()
    return found


def settings(texts: Sequence[str]) -> dict[str, Any]:
    """`--set key=value`: one pair each, the value read as YAML, so that numbers, true, false and [lists] are what they look like."""
    import yaml

    found: dict[str, Any] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.strip():
            raise UserError(f"--set {text!r} is not key=value", "for example --set fast=10 --set slow=20")
        try:
            found[key.strip()] = float(value) if _EXPONENT.fullmatch(value.strip()) else yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise UserError(f"--set {text!r}: the value is not valid YAML: {error}", "quote what is meant as text") from None
    return found


def parameters(path: Path | None, texts: Sequence[str]) -> dict[str, Any]:
    """Of the strategies: `--config`, and `--set` laid over it."""
    import yaml

    found: Any = {}
    if path is not None:
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UserError(f"--config {path}: {error}", "a YAML file of key: value lines") from None
        if not isinstance(found, dict):
            raise UserError(f"--config {path}: holds a {type(found).__name__}, not parameters", "a YAML file of key: value lines")
    return {**found, **settings(texts)}


def check_hours(hours: float) -> None:
    if not 0 < hours <= LONGEST_HOURS:
        raise UserError(f"--hours {hours:g}: a run takes more than no time, and at most {LONGEST_HOURS}", "for example --hours 0.5")


def duration(text: str, option: str) -> Nanos:
    """`5ms` to nanoseconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h|d)", text.strip())
    if match is None:
        raise UserError(f"{option}: {text!r} is not a duration", f"a number and a unit ({', '.join(_UNITS)}), like 5ms or 0.25s")
    nanos = Nanos(round(float(match[1]) * _UNITS[match[2]]))
    if nanos > LONGEST_DURATION:
        raise UserError(f"{option}: {text!r} is longer than an hour", "for example 250ms")
    return nanos


def moment(text: str | None, option: str) -> Nanos | None:
    """`2023-03-10` or `2023-03-10T12:30:00Z` (UTC unless it says otherwise) to nanoseconds since 1970."""
    if text is None:
        return None
    try:
        return as_nanos(datetime.fromisoformat(text).astimezone(UTC) if "T" in text and _has_zone(text) else datetime.fromisoformat(text))
    except ValueError:
        raise UserError(f"{option}: {text!r} is not a date or time", "for example 2023-03-10 or 2023-03-10T12:30:00") from None


def _has_zone(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def balances(texts: Sequence[str]) -> dict[str, dict[str, str]] | None:
    """`USDT=1000,BTC=2` for every venue, `kraken:USD=500` for one."""
    if not texts:
        return None
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        venue, colon, amounts = text.rpartition(":")
        found.setdefault(venue if colon else "*", {}).update(pairs([amounts], "--balances"))
    return found
