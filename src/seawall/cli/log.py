"""What strategies log, on the terminal: a line each, the market's time in front. What else a run says is not here."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from seawall.cli.errors import UserError
from seawall.strategy.events import as_datetime

LEVELS = ("debug", "info", "warning", "error")


@contextmanager
def strategies_log(level: str) -> Iterator[None]:
    """Shows what strategies log at that level and above, on standard error.

    Raises: UserError: no such level.
    """
    if level not in LEVELS:
        raise UserError(f"--log-level {level}: no such level", f"there are {', '.join(LEVELS)}")
    logger, handler = logging.getLogger("seawall.strategy"), _Terminal()
    before = logger.level, logger.propagate
    handler.setFormatter(_Line())
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before
        logger.setLevel(logger.level)  # Forgets which levels were enabled.


class _Terminal(logging.Handler):
    """Standard error as it is at the moment: while a bar or a screen is drawn, lines go above it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr)
        except Exception:  # A message whose arguments do not fit it is the author's mistake, and no reason to end a run.
            self.handleError(record)


class _Line(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:
        now = getattr(record, "now_ns", 0)  # 0: before the strategy's first event.
        time = f"{as_datetime(now):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " " if now else ""
        return f"{time}{record.levelname.lower()} {record.name.rpartition('.')[2]}: {record.message}"
