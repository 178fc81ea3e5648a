"""A reader who types in what a page shows: files are written, Python runs in one namespace, commands run in a directory of their own.

`seawall` commands run in this process, which saves each of them the second it takes to start; tests/cli starts them for real.
Output that a page quotes is compared word by word; `...` stands for anything.
"""

import io
import logging
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from seawall.cli.main import run
from tests.docs.pages import Block


class Session:
    """Expects the working directory to be a fresh one, and on `sys.path` as it is for a reader."""

    def __init__(self, page: Path) -> None:
        self.page = page
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.printed = ""  # By the last Python block.

    def follow(self, blocks: list[Block]) -> None:
        for block in blocks:
            if block.file:
                path = Path(block.file)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text((path.read_text() if block.appended else "") + block.body)
            elif block.language == "python":
                self._python(block)
            elif block.language == "text":
                self._compare(block, block.body, self.printed)
            elif block.language == "console":
                self._console(block)

    def _python(self, block: Block) -> None:
        """Line numbers in a traceback are the page's."""
        code = compile("\n" * (block.line - 1) + block.body, str(self.page), "exec")
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            exec(code, self.namespace)
        self.printed = out.getvalue()

    def _console(self, block: Block) -> None:
        *passing, last = re.findall(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", block.body, re.MULTILINE)
        for (command, quoted), code in [*((one, 0) for one in passing), (last, block.exit_code)]:
            text = command.replace("\\\n", " ")
            exit_code, output = _seawall(text) if text.startswith("seawall ") else _shell(text)
            assert exit_code == code, f"{self.page}:{block.line}: `{text}` exits with {exit_code}:\n{output}"
            if quoted.strip():
                self._compare(block, quoted, output)

    def _compare(self, block: Block, quoted: str, output: str) -> None:
        expected, got = " ".join(quoted.split()), " ".join(output.split())
        pattern = ".*?".join(re.escape(piece.strip()) for piece in expected.split("..."))
        assert re.fullmatch(pattern, got, re.DOTALL), f"{self.page}:{block.line}: the page quotes\n{quoted}\nbut this came out:\n{output}"


def _seawall(command: str) -> tuple[int, str]:
    arguments = shlex.split(os.path.expandvars(command))
    out, log = io.StringIO(), logging.getLogger()
    before = sys.argv, log.handlers
    sys.argv, log.handlers = arguments, []  # Without pytest's: warnings go where they go for a reader.
    try:
        with redirect_stdout(out), redirect_stderr(out):
            return run(arguments[1:]), out.getvalue()
    finally:
        sys.argv, log.handlers = before


def _shell(command: str) -> tuple[int, str]:
    """With this Python and the commands beside it first on the path, as after `. .venv/bin/activate`."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        command, shell=True, env={**os.environ, "PATH": path}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return done.returncode, done.stdout
