"""Which links an envelope takes: to one machine, to all that hear the sender, or out of the world. Worked out once, then looked up."""

from collections.abc import Mapping

from seawall.api.message import PUBLIC, Address, Message
from seawall.sim.network import PERFECT, Link, LinkSpec, link_rng
from seawall.sim.node import Node, Outside


class Routes:
    def __init__(
        self,
        seed: int,
        nodes: Mapping[Address, Node],
        outside: Mapping[Address, Outside],
        links: Mapping[tuple[Address, Address], LinkSpec],
        default_link: LinkSpec,
    ) -> None:
        self._seed = seed
        self._nodes = nodes
        self._outside = outside
        self._specs = links
        self._default_link = default_link
        self._links: dict[tuple[Address, Address], Link] = {}

    def link(self, source: Address, target: Address) -> Link:
        """The one link between the two. Routes share it, so that cutting it cuts all of them."""
        link = self._links.get((source, target))
        if link is None:
            if target in self._nodes:
                end: Node | Outside = self._nodes[target]
                spec = self._specs.get((source, target), self._default_link)
            else:
                end, spec = self._outside[target], PERFECT
            link = self._links[source, target] = Link(end, spec, link_rng(self._seed, source, target))
        return link

    def find(self, source: Node, kind: type[Message], target: Address) -> tuple[Link, ...]:
        """The links to whoever is to get a message of that type, and listens to it."""
        if target == PUBLIC:
            hearers = [node.address for node in self._nodes.values() if source.address in node.spec.subscribes and kind in node.accepts]
            return tuple(self.link(source.address, hearer) for hearer in hearers)
        known = kind in self._nodes[target].accepts if target in self._nodes else target in self._outside
        return (self.link(source.address, target),) if known else ()  # An account may name an owner that is no machine here.
