"""Equal seeds, equal digests: in every process, under every hash seed, on every Python, and from one version of the code to the next."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.replay.digests import digests, stormy_house, stormy_market, stormy_toys

ROOT = Path(__file__).parents[2]

# Of journal format, host, links and toys. It changes with any of them and with nothing else: a change must be meant, and says so here.
GOLDEN_TOYS = "f61052226b995fc9c15039a7800c6889973dc03bac46d2041668727902d3492e"


def in_a_process(python: str, hash_seed: str) -> tuple[str, ...]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    command = [python, "-m", "tests.replay.digests"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return tuple(ran.stdout.split())


def other_pythons() -> list[str]:
    """Environments beside .venv, as `make test` sets them up for the other Python."""
    mine = "{}.{}".format(*sys.version_info[:2])
    found = [path / "bin" / "python" for path in (ROOT / ".venv", *sorted(ROOT.glob(".venv-*"))) if not path.name.endswith(mine)]
    return [str(path) for path in found if path.is_file() and version(path) not in ("", mine)]


def version(python: Path) -> str:
    code = "import sys, msgspec; print('{}.{}'.format(*sys.version_info[:2]))"
    ran = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return ran.stdout.strip()


def test_the_same_under_every_hash_seed() -> None:
    assert {in_a_process(sys.executable, seed) for seed in ("0", "1", "4711")} == {digests()}


def test_the_same_on_another_python() -> None:
    others = other_pythons()
    if not others:
        pytest.skip("only one Python has an environment here; `make test` sets up .venv-3.11 or .venv-3.13 where another one starts")
    assert {in_a_process(python, "0") for python in others} == {digests()}


def test_the_same_as_ever() -> None:
    assert stormy_toys().digest() == GOLDEN_TOYS


def test_these_worlds_are_stormy() -> None:
    """Or the digests would show little."""
    for world in (stormy_toys(), stormy_house(), stormy_market()):
        assert world.sequence > 700
        assert [node.disk.epoch for node in world.nodes.values()].count(1) < len(world.nodes)
