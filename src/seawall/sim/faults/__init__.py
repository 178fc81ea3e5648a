"""Link faults, one file each: what happens to messages between two machines, chosen by type, field, count and chance.

To add one: its words in api/control.py, a file here, a line below. Loss of whatever a link carries, its latency and cuts are the link's own
(network.py).
"""

from seawall.api.control import Answer, Bandwidth, Drop, Duplicate, InjectFault, Latency, Rewrite
from seawall.runtime.rng import Rng
from seawall.sim.faults.answer import Answering
from seawall.sim.faults.bandwidth import Queueing
from seawall.sim.faults.drop import Dropping
from seawall.sim.faults.duplicate import Doubling
from seawall.sim.faults.fault import Fault, Reading
from seawall.sim.faults.latency import Delaying
from seawall.sim.faults.rewrite import Rewriting


def make_fault(command: InjectFault, rng: Rng, reading: Reading) -> Fault:
    """Raises: ValueError: what is wrong with it."""
    messages = command.on.messages
    match command.fault:
        case Drop():
            return Dropping()
        case Latency():
            return Delaying(command.fault, rng)
        case Duplicate():
            return Doubling(command.fault, messages)
        case Rewrite():
            return Rewriting(command.fault, messages)
        case Answer():
            return Answering(command.fault, messages, reading)
        case Bandwidth():
            return Queueing(command.fault)
