"""What the world tells itself through its own queue. No machine ever sees these, and the journal does not hold them."""

import msgspec


class Wake(msgspec.Struct, frozen=True):
    """A machine's deadline may have come."""


class Synced(msgspec.Struct, frozen=True):
    """A disk has made entries durable."""

    epoch: int


class Began(msgspec.Struct, frozen=True):
    """A recovered machine is to be told so."""

    epoch: int


class Ask(msgspec.Struct, frozen=True):
    """Some of what a machine said may not have arrived: it is time to ask."""

    epoch: int


class Stop(msgspec.Struct, frozen=True):
    """The end of a run."""


WAKE = Wake()
