"""The cut test, for every machine: wherever its journal is cut, snapshot plus replay of the rest equals running straight through."""

from collections.abc import Callable, Sequence

from seawall.api.message import Envelope, Message
from seawall.api.units import Nanos
from seawall.runtime.machine import Machine, handle, restore, snapshot

Journal = Sequence[tuple[Nanos, Message]]  # What one machine was given, and when.


def assert_every_cut_recovers(factory: Callable[[], Machine], journal: Journal, cuts: int = 50) -> None:
    """`factory` makes the machine as it was before the journal. Cuts everywhere, or at `cuts` places spread evenly.

    Compares outputs as well as states: an index that is rebuilt another way shows there first.
    """
    whole = factory()
    states: list[bytes] = []
    outputs: list[list[Envelope]] = []
    for now, message in journal:
        states.append(snapshot(whole))
        outputs.append(handle(whole, message, now))
    final = snapshot(whole)
    for cut in range(0, len(journal), max(1, len(journal) // cuts)):
        recovered = factory()
        restore(recovered, states[cut])
        assert snapshot(recovered) == states[cut], f"state right after recovery at a cut before message {cut}"
        for place, (now, message) in enumerate(journal[cut:], start=cut):
            said = handle(recovered, message, now)
            assert said == outputs[place], f"outputs of message {place}, {message}, after a cut before message {cut}"
        assert snapshot(recovered) == final, f"final state after a cut before message {cut}"
        assert recovered.deadline() == whole.deadline(), f"deadline after a cut before message {cut}"
