"""Which watchers want to see a message: invariants, and whoever else only looks. A type that nobody names costs nothing."""

from collections.abc import Sequence

from seawall.api.message import Message
from seawall.audit.core.invariants.invariant import Invariant, Watcher

Watchers = dict[type[Message], list[tuple[str, Watcher]]]  # With the name of the invariant.


def watchers(invariants: Sequence[Invariant]) -> tuple[Watchers, Watchers]:
    """Of what is sent, and of what is delivered."""
    sent: Watchers = {}
    delivered: Watchers = {}
    for invariant in invariants:
        for kind, watcher in invariant.sent.items():
            sent.setdefault(kind, []).append((invariant.name, watcher))
        for kind, watcher in invariant.delivered.items():
            delivered.setdefault(kind, []).append((invariant.name, watcher))
    return sent, delivered
