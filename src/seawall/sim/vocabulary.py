"""What a world's journal may hold beside the messages of services: commands to the world, and facts about it."""

import msgspec

from seawall.api.control import (
    CrashMachine,
    HealPartition,
    InjectFault,
    MachineRecovered,
    MachineStopped,
    Partition,
    RecoveryFailed,
    RemoveFault,
    RestartMachine,
    SetClock,
)
from seawall.api.message import Address, Message
from seawall.runtime.codec import MESSAGES, union_of
from seawall.runtime.journal import Entry, entry_decoder

WORLD = Address("world")  # The target of these entries: they concern no machine's input.

COMMANDS: tuple[type[Message], ...] = (Partition, HealPartition, CrashMachine, RestartMachine, SetClock, InjectFault, RemoveFault)
FACTS: tuple[type[Message], ...] = (MachineStopped, MachineRecovered, RecoveryFailed)

decode_entry = entry_decoder(*COMMANDS, *FACTS)
decode_sealed = msgspec.msgpack.Decoder(Entry[msgspec.Raw]).decode  # The message stays bytes: quick to look through.
decode_message = msgspec.msgpack.Decoder(union_of(*MESSAGES, *COMMANDS, *FACTS)).decode
decode_note = msgspec.msgpack.Decoder(union_of(*COMMANDS, *FACTS)).decode
