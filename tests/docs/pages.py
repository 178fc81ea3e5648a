"""The pages that people read, as a reader sees them: fenced blocks in order, tables under headings. Runs nothing."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(?P<language>\w*)(?P<rest>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r'(title|append)="([^"]+)"')
_CODE = re.compile(r"`([^`]+)`")


class Block(NamedTuple):
    language: str
    file: str  # That the block shows, whole (`title="NAME"`) or what to add at its end (`append="NAME"`); else empty.
    appended: bool
    exit_code: int  # Of a console block's last command, `exit=2` behind the language.
    body: str
    line: int  # Of its first line in the page.


def blocks(text: str) -> list[Block]:
    found = []
    for match in _FENCE.finditer(text):
        file, code = _FILE.search(match["rest"]), re.search(r"exit=(\d+)", match["rest"])
        line = text.count("\n", 0, match.start("body")) + 1
        name, appended = (file[2], file[1] == "append") if file else ("", False)
        found.append(Block(match["language"], name, appended, int(code[1]) if code else 0, match["body"], line))
    return found


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"no heading {heading!r}"
    end = re.search(rf"^#{{1,{len(found[1])}}} ", text[found.end() :], re.MULTILINE)
    return text[found.end() : found.end() + end.start()] if end else text[found.end() :]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row, heads and rulers left out."""
    lines = text.splitlines()
    body = [line for line, before in zip(lines, ["", *lines], strict=False) if line.startswith("|") and before.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in body if not re.fullmatch(r"[|\-: ]+", line)]


def words(cell: str) -> list[str]:
    """What a cell sets in `code`."""
    return _CODE.findall(cell)


def documented(text: str, heading: str) -> list[str]:
    """The names in the first column of the tables under a heading, calls without their arguments."""
    return [name.partition("(")[0] for row in rows(section(text, heading)) for name in words(row[0])]
