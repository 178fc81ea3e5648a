"""Carries the frames of channels.py over the links of a world: on their way out, and to whom they concern."""

from collections.abc import Callable, Mapping
from typing import Any

from seawall.api.message import Address, Envelope, Message
from seawall.api.units import SECOND, Nanos
from seawall.sim.channels import Asked, Frame, Numbered, Origin, Reached
from seawall.sim.internal import Ask
from seawall.sim.node import Node
from seawall.sim.routes import Routes

ASK_EVERY = Nanos(2 * SECOND)  # A receiver, while it may lack something.
FRAMES = (Numbered, Asked, Reached, Ask)  # What `receive` takes.

Push = Callable[[Nanos, Any, Any], None]


class Post:
    def __init__(self, nodes: Mapping[Address, Node], routes: Routes, push: Push) -> None:
        self._routes = routes
        self._push = push
        ours = {address: node.accepts for address, node in nodes.items() if node.spec.ours}
        for address in ours:
            nodes[address].join(ours)

    def send(self, node: Node, envelope: Envelope, now: Nanos) -> None:
        frame = node.channels.keep(envelope)
        if frame is not None:
            self._transmit(node, envelope.target, frame, now)
            self._ask_later(node, now)

    def ask(self, node: Node, now: Nanos) -> None:
        """Asks whoever may lack something, now and again later. Their answers have what they lack sent."""
        node.asks = False
        for target in node.channels.waiting():
            self._transmit(node, target, Asked(node.address), now)
            self._ask_later(node, now)

    def receive(self, node: Node, frame: Frame | Ask, now: Nanos) -> tuple[Message | None, Origin]:
        """Returns what the machine is to be given, and where it comes from."""
        match frame:
            case Numbered(source, number, message):
                if node.channels.is_next(frame):
                    following = node.channels.following(frame)
                    if following is not None:
                        self._push(now, node, following)
                    return message, (source, number)
            case Asked(source):
                durable = node.channels.durable(source, (held.origin for held in node.held))
                self._transmit(node, source, Reached(node.address, durable), now)
            case Reached(source):
                for missing in node.channels.reached(frame):
                    self._transmit(node, source, missing, now)
            case Ask(epoch) if epoch == node.disk.epoch:
                self.ask(node, now)
        return None, ()

    def _ask_later(self, node: Node, now: Nanos) -> None:
        if not node.asks:
            node.asks = True
            self._push(Nanos(now + ASK_EVERY), node, Ask(node.disk.epoch))

    def _transmit(self, node: Node, target: Address, frame: Frame, now: Nanos) -> None:
        link = self._routes.link(node.address, target)
        arrivals = (Nanos(now + link.quiet_ns),) if link.quiet_ns >= 0 else link.arrivals(now)
        for arrival in arrivals:
            self._push(arrival, link.target, frame)
