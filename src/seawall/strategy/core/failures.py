"""An author's exception in words: what, and in which line of his file."""

from collections.abc import Callable, Iterator
from typing import Any

from seawall.strategy.core.plain import text

AUTHOR_ERRORS = (Exception, SystemExit)  # What an author's code may raise without ending anything but its strategy.
_LONGEST = 500  # Characters of a message.


def describe(error: BaseException, callback: Callable[..., Any]) -> str:
    """`ZeroDivisionError: division by zero at ema.py:12`. The line is the innermost one that is the author's own.

    When the author's code had returned already, what it returned was wrong: then the line is the callback's.
    """
    try:
        message = text(error)
    except AUTHOR_ERRORS:
        message = "(its message cannot be shown)"
    file, line = _location(error, callback)
    return f"{type(error).__name__}: {message[:_LONGEST]} at {file}:{line}"


def line_in(error: BaseException, file: str) -> int | None:
    """The innermost line of that file in the traceback."""
    lines = [line for name, line, _ in _frames(error) if name == file]
    return lines[-1] if lines else None


def _location(error: BaseException, callback: Callable[..., Any]) -> tuple[str, int]:
    code = getattr(callback, "__code__", None)
    found = ("unknown file", 0) if code is None else (text(code.co_filename), code.co_firstlineno)
    own = (getattr(callback, "__globals__", {}).get("__name__"), type(getattr(callback, "__self__", None)).__module__)
    for name, line, module in _frames(error):
        if module in own:
            found = (text(name), line)
    return found


def _frames(error: BaseException) -> Iterator[tuple[str, int, str]]:
    """File, line and module, outermost first."""
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame.f_code.co_filename, trace.tb_lineno, str(trace.tb_frame.f_globals.get("__name__"))
        trace = trace.tb_next
