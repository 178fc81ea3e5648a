"""The page of incidents is true: every class and scenario has its row, every row its tests or a reason, every test its row."""

import ast

from tests.docs.pages import ROOT, rows, section, words

CLASSES, SCENARIOS = 21, 20
PAGE = (ROOT / "docs" / "incidents.md").read_text(encoding="utf-8")


def there() -> list[str]:
    """The tests in the folder."""
    files = sorted((ROOT / "tests" / "simulation" / "incidents").glob("test_*.py"))
    nodes = [node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body]
    return [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def table(heading: str) -> list[list[str]]:
    return [row for row in rows(section(PAGE, heading)) if row[0].isdigit()]


def test_every_class_and_scenario_has_its_row() -> None:
    assert [int(row[0]) for row in table("Classes")] == list(range(1, CLASSES + 1))
    assert [int(row[0]) for row in table("Scenarios")] == list(range(1, SCENARIOS + 1))


def test_rows_name_tests_that_are_there_or_a_reason() -> None:
    known = there()
    for row in (*table("Classes"), *table("Scenarios")):
        named = words(row[2])
        assert [name for name in named if name not in known] == [], row
        assert named or row[2].startswith("not shown: "), row


def test_every_test_is_named() -> None:
    named = [name for heading in ("Classes", "Scenarios") for row in table(heading) for name in words(row[2])]
    assert [name for name in there() if name not in named] == []
