"""Makes .venv from uv.lock on a machine that has a Python 3 and nothing else of ours. `make setup` calls it.

Runs on any Python from 3.8, standard library only. It looks for the newest Python that really starts (a version manager's shim may not),
finds or installs uv under .tools, and falls back to the next older Python when packages cannot be installed for the newest.
"""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import sys
from glob import glob
from pathlib import Path
from typing import Iterator, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
OLDEST = (3, 11, 0)
UV_VERSION = "0.13.8"  # What we install; a uv of the user's must be at least this.

# Runs in a candidate: says whether it can hold our environment, and where the interpreter behind a shim or virtual environment lies.
PROBE = """
import os, sys, sysconfig
v = sys.version_info
usable = sys.implementation.name == "cpython" and v[3] == "final" and not sysconfig.get_config_var("Py_GIL_DISABLED")
print("%d %d %d %d %s" % (usable, v[0], v[1], v[2], os.path.realpath(getattr(sys, "_base_executable", sys.executable))))
"""

# Where version managers and installers put interpreters that PATH does not show.
PLACES = (
    "~/.pyenv/versions/*/bin",
    "~/.asdf/installs/python/*/bin",
    "~/.local/share/mise/installs/python/*/bin",
    "~/.local/share/uv/python/*/bin",
    "~/.local/bin",
    "/usr/local/bin",
    "/usr/bin",
    "/opt/*/bin",
    "/opt/python/*/bin",
    "/Library/Frameworks/Python.framework/Versions/*/bin",
)
# The same, seen from a manager's shims directory on PATH.
BESIDE_SHIMS = ("versions/*/bin", "installs/python/*/bin")


class Failed(Exception):
    """Ends the script; the text says what to do."""


class Interpreter(NamedTuple):
    version: tuple[int, int, int]
    path: str

    def __str__(self) -> str:
        return "Python {}.{}.{} at {}".format(*self.version, self.path)


def main() -> None:
    try:
        environment, interpreter = set_up(interpreters(), ROOT / ".venv")
    except Failed as failure:
        sys.exit(f"setup failed: {failure}")
    say(f"{environment.name} is ready: {interpreter}")


def set_up(found: list[Interpreter], environment: Path) -> tuple[Path, Interpreter]:
    """Makes the environment with the first of `found` that works. Raises: Failed."""
    usable = [interpreter for interpreter in found if interpreter.version >= OLDEST]
    if not usable:
        seen = "\n".join(f"  {interpreter}" for interpreter in found) or "  none that starts"
        raise Failed(f"Seawall needs Python 3.11 or newer (3.13 is best). Found:\n{seen}\nInstall one, then call make again.")
    uv = find_uv() or install_uv([interpreter.path for interpreter in usable])
    for interpreter in usable:
        say(f"{environment.name}: installing packages for {interpreter}; the first time they are downloaded, which takes a while")
        if synchronise(uv, interpreter, environment):
            return environment, interpreter
    raise Failed(f"no Python could take the packages that uv.lock names ({', '.join(str(i) for i in usable)}); the reasons stand above.")


def interpreters() -> list[Interpreter]:
    """Every CPython that starts, newest first, each once."""
    started: dict[str, Interpreter] = {}
    tried: dict[str, None] = {}
    for candidate in candidates():
        real = os.path.realpath(candidate)
        if real not in tried:
            tried[real] = None
            interpreter = probe(candidate)
            if interpreter:
                started[interpreter.path] = interpreter
    return sorted(started.values(), reverse=True)


def candidates() -> Iterator[str]:
    yield sys.executable
    for directory in directories():
        if directory.is_dir() and os.access(directory, os.R_OK):
            names = (name for name in os.listdir(directory) if re.fullmatch(r"python3(\.\d+)?", name))
            yield from (str(directory / name) for name in sorted(names))


def directories() -> Iterator[Path]:
    on_path = [Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    yield from on_path
    for entry in on_path:
        if entry.name == "shims":
            for pattern in BESIDE_SHIMS:
                yield from entry.parent.glob(pattern)
    for place in PLACES:
        yield from map(Path, sorted(glob(os.path.expanduser(place))))


def probe(candidate: str) -> Interpreter | None:
    """The interpreter behind a path, or None: it does not start, or no environment of ours can be built on it."""
    answer = output_of([candidate, "-I", "-c", PROBE]).split(None, 4)
    if len(answer) != 5 or answer[0] != "1":
        return None
    return Interpreter((int(answer[1]), int(answer[2]), int(answer[3])), answer[4].strip())


def find_uv() -> str | None:
    for candidate in (shutil.which("uv"), str(private_uv())):
        if candidate:
            version = re.match(r"uv (\d+)\.(\d+)\.(\d+)", output_of([candidate, "--version"]))
            if version and tuple(map(int, version.groups())) >= tuple(map(int, UV_VERSION.split("."))):
                return candidate
    return None


def private_uv() -> Path:
    return TOOLS / f"uv-{UV_VERSION}" / "bin" / "uv"


def install_uv(pythons: list[str]) -> str:
    """With the first pip that works: a Python's own, or a virtual environment's (Debian may lack the one or the other)."""
    say(f"installing uv {UV_VERSION} under .tools")
    target = private_uv().parents[1]
    reasons = []
    for python in pythons:
        for pip in (own_pip, pip_of_new_venv):
            shutil.rmtree(target, ignore_errors=True)
            command = [*pip(python), "install", "--quiet", "--only-binary=:all:", "--target", str(target), f"uv=={UV_VERSION}"]
            # Settings of the user's that forbid or contradict --target.
            done = run(command, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0", PIP_DISABLE_PIP_VERSION_CHECK="1")
            shutil.rmtree(TOOLS / "pip", ignore_errors=True)
            if output_of([str(private_uv()), "--version"]):
                return str(private_uv())
            reasons.append(f"  {command[0]}: {last_line(done)}")
    raise Failed(
        f"uv {UV_VERSION} is neither on PATH nor could pip install it:\n" + "\n".join(reasons) + "\n"
        "Check the network and pip's settings, or give Python its pip (Debian, Ubuntu: apt install python3-venv), or install uv yourself."
    )


def own_pip(python: str) -> list[str]:
    return [python, "-m", "pip"]


def pip_of_new_venv(python: str) -> list[str]:
    environment = TOOLS / "pip"
    run([python, "-m", "venv", "--clear", str(environment)])
    return [str(environment / "bin" / "python"), "-m", "pip"]


def synchronise(uv: str, interpreter: Interpreter, environment: Path) -> bool:
    """Installs what uv.lock names. False: not possible with this interpreter; uv's reason has been printed."""
    settings = {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_PYTHON": interpreter.path, "UV_PYTHON_DOWNLOADS": "never"}
    if machine_has_certificates():
        settings["UV_SYSTEM_CERTS"] = "1"  # uv's own know nothing of a company's proxy; pip trusts the machine's too.
    sync = [uv, "sync", "--quiet", "--locked"]
    # A Python too new for ready-made wheels is found out before an hour of compiling begins.
    wheels_only = ["--no-dev", "--no-install-project", "--no-build"]
    for command in ([*sync, *wheels_only], sync, [str(environment / "bin" / "python"), "-c", "import msgspec, numpy, polars, seawall"]):
        done = run(command, **settings)
        if done.returncode:
            say(done.stderr.rstrip())
            return False
    return True


def machine_has_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and os.listdir(paths.capath)))


def run(command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings}
    environment.pop("VIRTUAL_ENV", None)  # The caller's own has nothing to do with ours.
    try:
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def output_of(command: list[str]) -> str:
    """What a command prints, or nothing when it does not start, fails or hangs."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip() or "no reason given").splitlines()[-1]


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
