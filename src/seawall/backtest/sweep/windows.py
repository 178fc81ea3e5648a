"""Stretches of time that runs of a sweep go over: the whole span, and for walk-forward pairs of training and test."""

import msgspec

from seawall.api.units import Nanos


class Window(msgspec.Struct, frozen=True):
    start: Nanos
    end: Nanos  # Exclusive.

    @property
    def name(self) -> str:
        return f"{self.start}-{self.end}"


def walk_forward(start: Nanos, end: Nanos, folds: int, train: int, *, anchored: bool) -> list[tuple[Window, Window]]:
    """`folds` tests of equal length that follow each other up to the end, each behind its training: `train` times as long, or, anchored,
    everything before it.

    Raises: ValueError: fewer than one fold, or a span too short for them.
    """
    if folds < 1 or train < 1:
        raise ValueError(f"walk-forward takes at least one fold and one test's length of training, got {folds} and {train}")
    length = (end - start) // (train + folds)
    if not length:
        raise ValueError(f"the data is too short for {folds} folds")
    pairs = []
    for number in range(1, folds + 1):
        tested = end - (folds - number + 1) * length
        trained = start if anchored else tested - train * length
        pairs.append((Window(Nanos(trained), Nanos(tested)), Window(Nanos(tested), Nanos(tested + length))))
    return pairs
