"""Order books as an outsider builds them: from snapshots and differences that a venue publishes."""

from seawall.runtime.books.builder import BookBuilder, BookState, HeldDiff
from seawall.runtime.books.rows import ASK, EXACT, FIRST, LAST, SNAPSHOT
from seawall.runtime.books.side import BookSide

__all__ = ["ASK", "EXACT", "FIRST", "LAST", "SNAPSHOT", "BookBuilder", "BookSide", "BookState", "HeldDiff"]
