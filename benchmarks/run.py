"""Runs every benchmark, prints the table of figures against what they must reach, and writes latest.json beside this file.

python benchmarks/run.py [PART ...]     parts: backtest, depth, exchange, risk, sim, sweep; default: all
"""

import json
import platform
import sys
from pathlib import Path

import bench_backtest
import bench_depth
import bench_exchange
import bench_l2
import bench_risk
import bench_sim
import bench_sweep

PARTS = {
    "backtest": bench_backtest.run,
    "depth": bench_depth.run,
    "exchange": bench_exchange.run,
    "l2": bench_l2.run,
    "risk": bench_risk.run,
    "sim": bench_sim.run,
    "sweep": bench_sweep.run,
}

AT_LEAST = {
    "backtest_noop_ticks_per_s": 2_200_000,
    "backtest_ema_ticks_per_s": 900_000,
    "backtest_ema_10m_ticks_per_s": None,  # Within 10 % of the rate at 1 M ticks.
    "depth_rows_per_s": 1_500_000,
    "backtest_l2_events_per_s": 400_000,
    "book_ops_per_s": 1_000_000,
    "exchange_ops_per_s": 250_000,
    "sim_messages_per_s": 150_000,
    "sweep_bars_per_s": 3_000_000,
}
AT_MOST = {"backtest_ema_10m_peak_mb": 600, "risk_check_us_p50": 5, "risk_check_us_p99": 15}


def main() -> int:
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    figures: dict[str, float] = {}
    for name in names:
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures |= PARTS[name]()
    print(f"\nPython {platform.python_version()}, {platform.machine()}")
    print(f"{'figure':34} {'measured':>14} {'target':>14}")
    for name, value in figures.items():
        target, met = _verdict(name, value, figures)
        print(f"{name:34} {value:>14,.2f} {target:>14} {met}")
    path = Path(__file__).with_name("latest.json")
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\nwritten to {path}")
    return 0


def _verdict(name: str, value: float, figures: dict[str, float]) -> tuple[str, str]:
    if name == "backtest_ema_10m_ticks_per_s":
        ratio = value / figures["backtest_ema_ticks_per_s"]
        return "0.9 x of 1 M", "reached" if ratio >= 0.9 else f"SHORT ({ratio:.2f})"
    if AT_LEAST.get(name) is not None:
        return f">= {AT_LEAST[name]:,}", "reached" if value >= AT_LEAST[name] else "SHORT"
    if name in AT_MOST:
        return f"<= {AT_MOST[name]:,}", "reached" if value <= AT_MOST[name] else "SHORT"
    return "", ""


if __name__ == "__main__":
    sys.exit(main())
