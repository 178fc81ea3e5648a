"""Which parameters strategies ask for: one that is set and never read was probably misspelt. A shell's business; no machine knows it."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any


class Asked:
    """The memory of a run: of all its strategies, and of every time that one was made."""

    def __init__(self) -> None:
        self.names: dict[str, bool] = {}

    def watch(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The same parameters; what is read of them is remembered here."""
        return _Watched(dict(config), self.names)

    def unread(self, config: Iterable[str]) -> list[str]:
        """What to say about parameters that were set and that nobody asked for, a line each."""
        wanted = sorted(str(name) for name in self.names if name not in config)
        return [f"parameter {name} was set and never read{_meant(str(name), wanted)}" for name in config if name not in self.names]


class _Watched(dict[str, Any]):
    """Remembers what it was asked for. Who walks through it has read it all."""

    def __init__(self, values: dict[str, Any], names: dict[str, bool]) -> None:
        super().__init__(values)
        self._names = names

    def __getitem__(self, name: str) -> Any:
        self._names[name] = True
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._names[name] = True  # type: ignore[index]
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._names[name] = True
        return super().get(name, default)

    def pop(self, name: str, *default: Any) -> Any:
        self._names[name] = True
        return super().pop(name, *default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        self._names[name] = True
        return super().setdefault(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def keys(self) -> Any:
        return self._all().keys()

    def values(self) -> Any:
        return self._all().values()

    def items(self) -> Any:
        return self._all().items()

    def __or__(self, other: Any) -> Any:
        return self._all() | other

    def __ror__(self, other: Any) -> Any:
        return other | self._all()

    def copy(self) -> "_Watched":
        return _Watched(dict(super().items()), self._names)

    def _all(self) -> dict[str, Any]:
        plain = dict(super().items())  # `super().copy()` would walk through `self`.
        self._names.update(dict.fromkeys(plain, True))
        return plain


def _meant(name: str, wanted: list[str]) -> str:
    close = get_close_matches(name, wanted, n=1)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; read were {', '.join(wanted)}" if wanted else ""
