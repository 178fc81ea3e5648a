"""What is looked at before a world carries out a command: is it one, and are there the machines that it names."""

from collections.abc import Mapping
from typing import Any

from seawall.api.message import Address, Message
from seawall.sim.vocabulary import COMMANDS


def find(nodes: Mapping[Address, Any], address: Address) -> Any:
    if address not in nodes:
        raise ValueError(f"there is no machine {address!r} in this world; there are: {', '.join(nodes)}")
    return nodes[address]


def check(command: Message, nodes: Mapping[Address, Any]) -> None:
    if not isinstance(command, COMMANDS):
        raise ValueError(f"{type(command).__name__} is no command to a world; these are: {', '.join(c.__name__ for c in COMMANDS)}")
    for end in ("machine", "source", "target"):
        if hasattr(command, end):
            find(nodes, getattr(command, end))
