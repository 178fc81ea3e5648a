"""The base of everything services say to each other, the envelope that carries it, and what a host tells any machine."""

from typing import NewType

import msgspec

Address = NewType("Address", str)  # Of a machine: "engine", "exchange:alpha".

PUBLIC = Address("public")  # The host delivers it to every machine that subscribed to the sender and has a handler for it.
_STRATEGY = "strategy:"


def strategy_address(name: str) -> Address:
    return Address(f"{_STRATEGY}{name}")


def venue_address(name: str) -> Address:
    return Address(f"venue:{name}")


def is_strategy(address: Address) -> bool:
    return address.startswith(_STRATEGY)


def strategy_name(address: str) -> str:
    """What people call the strategy at that address: the only place where an address becomes a name."""
    return address.removeprefix(_STRATEGY)


class Message(msgspec.Struct, frozen=True, tag=True, array_like=True, gc=False):
    """An immutable fact or command: the same bytes on the wire, in the journal and in tests.

    Encoded as an array (tag first), so new fields go last and carry a default. Commands are imperative, events past tense.
    """


class Envelope(msgspec.Struct, frozen=True, gc=False):
    target: Address
    message: Message


class Tick(Message, frozen=True):
    """Time has reached the machine's deadline."""


class Restarted(Message, frozen=True):
    """The host has recovered this machine from its journal.

    What it last sent to a venue may never have left, and a venue's reports may be lost; what our own services say to each other is not.
    """

    epoch: int  # Of the new run: larger than every earlier one.
