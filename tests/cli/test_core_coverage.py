"""When `make test` fails for what the tests do not reach of a core, and what it says then."""

import json
from pathlib import Path
from typing import Any

import core_coverage


def entry(lines: tuple[int, int], branches: tuple[int, int], **missing: Any) -> dict[str, Any]:
    summary = {"covered_lines": lines[0], "num_statements": lines[1], "covered_branches": branches[0], "num_branches": branches[1]}
    return {"summary": summary, "missing_lines": [], "missing_branches": [], **missing}


def judged(tmp_path: Path, files: dict[str, Any]) -> list[tuple[bool, str]]:
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"files": {f"src/seawall/{name}": found for name, found in files.items()}}))
    return core_coverage.judge(report)


def test_each_core_is_judged_by_itself_and_by_lines_and_branches(tmp_path: Path) -> None:
    """One that is reached whole does not make up for another, nor lines for branches; what is just enough is enough."""
    outcomes = judged(
        tmp_path,
        {
            "engine/core/a.py": entry((190, 200), (100, 100)),
            "exchange/core/a.py": entry((999, 1_000), (94, 100)),
            "custodian/core/a.py": entry((949, 1_000), (0, 0)),
            "sim/a.py": entry((0, 10), (0, 10)),
        },
    )
    assert [passed for passed, _ in outcomes] == [True, False, False]
    assert outcomes[0][1] == "Coverage of engine/core: 95.0 % of lines, 100.0 % of branches"
    assert outcomes[1][1].startswith("Coverage of exchange/core: FAILED, 99.9 % of lines, 94.0 % of branches; 95 % of both is the least.")


def test_the_weakest_files_are_named_with_what_is_missing(tmp_path: Path) -> None:
    ((_, said),) = judged(
        tmp_path,
        {
            "engine/core/good.py": entry((10, 10), (4, 4)),
            "engine/core/bad.py": entry((8, 10), (2, 4), missing_lines=[7, 8], missing_branches=[[6, 7], [9, -1]]),
            "engine/core/worse.py": entry((1, 10), (0, 4), missing_lines=[2]),
        },
    )
    named = [line.split(":")[0].strip() for line in said.splitlines()[1:]]
    assert named == ["src/seawall/engine/core/worse.py", "src/seawall/engine/core/bad.py"]
    assert said.endswith("not reached: 7, 8, 6->7, 9->exit")


def test_when_nothing_was_measured_it_fails(tmp_path: Path) -> None:
    ((passed, said),) = core_coverage.judge(tmp_path / "missing.json")
    assert not passed
    assert "nothing was measured" in said


def test_the_cores_that_exist_are_measured(tmp_path: Path) -> None:
    given = core_coverage.options(tmp_path / "x.json")
    assert [Path(option.removeprefix("--cov=")).parts[-2:] for option in given[:2]] == [("engine", "core"), ("exchange", "core")]
