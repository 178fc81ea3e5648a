"""Other engines beside ours, in one run, pairs in turn: `make bench-peers`. They live in an environment of their own, .bench (git-ignored).

python benchmarks/bench_peers.py [COUNT]     prices of the walk; default 100,000
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parent
BENCH = ROOT / ".bench"
PYTHON = BENCH / "bin" / "python"
KINDS = ("noop", "ema")
ROUNDS = 3  # Ours, theirs, ours, theirs: the median of each.
PATIENCE = 900  # Seconds for one measurement.


class Peer(NamedTuple):
    name: str
    package: str
    script: str
    market: str  # What it takes, and so what ours is given: trades or bars.


PEERS = (
    Peer("NautilusTrader (Cython)", "nautilus_trader==1.231.0", "nautilus.py", "trades"),
    Peer("NautilusTrader (Rust)", "nautilus_trader==1.231.0", "nautilus_rust.py", "trades"),
    Peer("backtesting.py", "backtesting==0.6.6", "backtesting_py.py", "bars"),
    Peer("hftbacktest, not jitted", "hftbacktest==2.4.4", "hft.py", "trades"),
)


class Measured(NamedTuple):
    rate: float
    orders: str


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    missing = installed()
    print(f"{count:,} prices; per second of the run, loading not counted (ours: counted); median of {ROUNDS} in turn")
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; ours / theirs above 1: ours is ahead\n")
    print(f"{'':26} {'':6} {'on':7} {'ours':>11} {'theirs':>11} {'ratio':>7}  orders")
    behind = failed = 0
    for kind in KINDS:
        for peer in PEERS:
            line = f"{peer.name:26} {kind:6} {peer.market:7}"
            if peer.package in missing:
                continue
            pairs = [in_turn(peer, kind, count) for _ in range(ROUNDS)]
            whole = [(ours, theirs) for ours, theirs in pairs if ours is not None and theirs is not None]
            if not whole:
                failed += 1
                print(f"{line} not measured", flush=True)
                continue
            ours, theirs = (median(pair[side].rate for pair in whole) for side in (0, 1))
            behind += ours < theirs
            orders = " / ".join(each.orders for each in whole[-1]) + ("  BEHIND" if ours < theirs else "")
            print(f"{line} {ours:>11,.0f} {theirs:>11,.0f} {ours / theirs:>7.2f}  {orders}", flush=True)
    for package, why in missing.items():
        print(f"{package}: not installed: {why}")
    return 1 if behind or failed or missing else 0


def installed() -> dict[str, str]:
    """Makes the environment, if there is none, and puts the peers into it. Returns what could not be had, and why."""
    uv = shutil.which("uv") or next((str(path) for path in ROOT.glob(".tools/uv-*/bin/uv")), None)
    packages = dict.fromkeys(peer.package for peer in PEERS)
    if uv is None:
        return dict.fromkeys(packages, "no uv; `make setup` gets one")
    if not PYTHON.is_file() and (why := tried(uv, "venv", "--clear", "--python", sys.executable, str(BENCH))):
        return dict.fromkeys(packages, why)
    return {package: why for package in packages if (why := tried(uv, "pip", "install", "--python", str(PYTHON), package))}


def tried(uv: str, *words: str) -> str:
    """Empty: it worked."""
    try:
        done = subprocess.run([uv, "--quiet", *words], capture_output=True, text=True)
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else " ".join((done.stderr.strip() or "failed").split())[-200:]


def in_turn(peer: Peer, kind: str, count: int) -> tuple[Measured | None, Measured | None]:
    return measured(sys.executable, "ours.py", kind, count, peer.market), measured(str(PYTHON), peer.script, kind, count)


def measured(python: str, script: str, kind: str, count: int, *more: str) -> Measured | None:
    """In a process of its own. None: it failed or took too long, which is said."""
    command = [python, str(HERE / "peers" / script), kind, str(count), *more]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        print(f"  {script} {kind}: not finished within {PATIENCE} s", file=sys.stderr)
        return None
    except subprocess.CalledProcessError as error:
        print(f"  {script} {kind}: {(error.stderr.strip().splitlines() or [f'ended with {error.returncode}'])[-1]}", file=sys.stderr)
        return None
    rate, orders = done.stdout.split()[-2:]
    return Measured(float(rate), orders)


if __name__ == "__main__":
    sys.exit(main())
