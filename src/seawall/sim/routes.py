"""Which links an envelope takes: to one machine, to all that hear the sender, or out of the world. Worked out once, then looked up."""

from collections.abc import Mapping

from seawall.api.message import PUBLIC, Address, Message
from seawall.sim.network import Link, LinkSpec, link_rng
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
        self._links = links
        self._default_link = default_link

    def link(self, source: Address, target: Address) -> Link:
        """The one link between two machines. Routes share it, so that cutting it cuts all of them."""
        routes = self._nodes[source].routes
        if target not in routes:
            spec = self._links.get((source, target), self._default_link)
            routes[target] = (Link(self._nodes[target], spec, link_rng(self._seed, source, target)),)
        return routes[target][0]

    def find(self, node: Node, target: Address, kind: type[Message]) -> tuple[Link, ...]:
        """The links of a direct message, or of one type of public message; `node` keeps them for the next time."""
        if target == PUBLIC:
            hearers = [n.address for n in self._nodes.values() if node.address in n.spec.subscribes and kind in n.accepts]
            links = node.feeds[kind] = tuple(self.link(node.address, hearer) for hearer in hearers)
        elif target in self._nodes:
            links = (self.link(node.address, target),)
        elif target in self._outside:
            links = node.routes[target] = (Link(self._outside[target], LinkSpec(), link_rng(self._seed, node.address, target)),)
        else:
            links = node.routes[target] = ()  # An account may name an owner that is no machine here.
        return links
