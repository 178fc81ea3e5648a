"""Other engines beside ours, in one run, pairs in turn: `make bench-peers`. They live in an environment of their own, .bench (git-ignored).

python benchmarks/bench_peers.py [COUNT]     trades of the walk; default 100,000
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
BENCH = ROOT / ".bench"
PACKAGES = ("nautilus_trader==1.231.0", "backtesting==0.6.6")
PEERS = {
    "NautilusTrader (Cython)": "nautilus.py",
    "backtesting.py": "backtesting_py.py",
}
LEFT_OUT = {
    "NautilusTrader (Rust)": "its engine is in the package, its strategies in Python are not driven here yet",
    "hftbacktest": "a loop over it that is not jitted is not driven here yet",
}
KINDS = ("noop", "ema")
PATIENCE = 900  # Seconds for one measurement.


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    try:
        python = environment()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the peers cannot be installed: {error}", file=sys.stderr)
        return 1
    print(f"{count:,} trades; ticks per second of the run, loading not counted; ours / theirs above 1: ours is ahead\n")
    print(f"{'':28} {'':6} {'ours':>12} {'theirs':>12} {'ratio':>8}")
    behind = 0
    for kind in KINDS:
        for name, script in PEERS.items():
            ours, theirs = measured(sys.executable, "ours.py", kind, count), measured(python, script, kind, count)
            if ours is None or theirs is None:
                print(f"{name:28} {kind:6} {shown(ours):>12} {shown(theirs):>12} {'-':>8}")
                continue
            ratio = ours / theirs
            behind += ratio < 1
            print(f"{name:28} {kind:6} {shown(ours):>12} {shown(theirs):>12} {ratio:>8.2f}{'  BEHIND' if ratio < 1 else ''}")
    for name, why in LEFT_OUT.items():
        print(f"{name:28} not measured: {why}")
    return 1 if behind else 0


def environment() -> str:
    """Its Python. Made on first use, and again when the versions change."""
    python, stamp = BENCH / "bin" / "python", BENCH / "packages.txt"
    if not stamp.is_file() or stamp.read_text() != "\n".join(PACKAGES):
        uv = shutil.which("uv") or next((str(path) for path in ROOT.glob(".tools/uv-*/bin/uv")), None)
        if uv is None:
            raise OSError("no uv; `make setup` gets one")
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(BENCH)], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", str(python), *PACKAGES], check=True)
        stamp.write_text("\n".join(PACKAGES))
    return str(python)


def measured(python: str, script: str, kind: str, count: int) -> float | None:
    """In a process of its own. None: it failed or took too long, which is said."""
    try:
        done = subprocess.run(
            [python, str(HERE / "peers" / script), kind, str(count)], check=True, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        print(f"  {script} {kind}: not finished within {PATIENCE} s", file=sys.stderr)
        return None
    except subprocess.CalledProcessError as error:
        print(f"  {script} {kind}: {(error.stderr.strip().splitlines() or ['failed'])[-1]}", file=sys.stderr)
        return None
    print(f"  {script} {kind}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ''}", file=sys.stderr)
    return float(done.stdout.split()[-1])


def shown(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
