"""Order books as an outsider builds them: from snapshots and differences that a venue publishes."""

from seawall.market_data.core.books.builder import BookBuilder, BookState, HeldDiff
from seawall.market_data.core.books.rows import ASK, EXACT, FIRST, LAST, SNAPSHOT
from seawall.market_data.core.books.side import BookSide

__all__ = ["ASK", "EXACT", "FIRST", "LAST", "SNAPSHOT", "BookBuilder", "BookSide", "BookState", "HeldDiff"]
