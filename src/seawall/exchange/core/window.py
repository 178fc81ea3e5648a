"""The last so many of something, as a plain tree: a list written round and round."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class Window(msgspec.Struct, Generic[T]):
    size: int
    items: list[T] = []
    oldest: int = 0  # Where the oldest item stands once the window is full.

    def append(self, item: T) -> T | None:
        """Returns the item that had to go, if one had."""
        items = self.items
        if len(items) < self.size:
            items.append(item)
            return None
        position = self.oldest
        evicted, items[position] = items[position], item
        self.oldest = position + 1 if position + 1 < self.size else 0
        return evicted

    def __iter__(self) -> Iterator[T]:
        """Oldest first."""
        yield from self.items[self.oldest :]
        yield from self.items[: self.oldest]
