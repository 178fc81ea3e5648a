"""Several backtests through one stretch of rows: what the market does to all of them is worked out once, what they do stays their own.

A host that only listens need not write down every price: it is told the last ones before anything in it moves. Hosts with orders in the
market when the stretch begins, and odd rows, go through their own loop. A property holds every run to the same backtest alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from seawall.api.units import Nanos
from seawall.backtest.host import Backtest
from seawall.backtest.routes import BarCallback, Callback, StreamRoute
from seawall.backtest.rows import Row
from seawall.market_data.recorded.kinds import Kind
from seawall.strategy.core.failures import AUTHOR_ERRORS
from seawall.strategy.core.feed import Feed
from seawall.strategy.core.machine import StrategyMachine
from seawall.strategy.events import Bar, PriceUpdate


def run_abreast(hosts: Sequence[Backtest], rows: Sequence[Row]) -> None:
    """Every host has run the rows. They have the same streams, and one strategy each."""
    listening = [host for host in hosts if host.plain and not any(route.resting for route in host.routes)]
    for host in hosts:
        if host not in listening:
            host.run(rows)
    if listening and rows:
        _Stretch(listening).run(rows)


# One strategy's share of a stream: the venue's orders, the strategy's prices, the strategy (which takes the time), on_market_data, its
# outbox, what is queued at the host; then what is needed only when something happens: on_bar, machine, host. A plain tuple: it is taken
# apart with every price.
_Seat = tuple[
    Mapping[Any, Any], dict[str, float], Any, Callback, Sequence[Any], list[Any], tuple[BarCallback | None, StrategyMachine, Backtest]
]


class _Nobody:
    """In the place of a strategy that failed."""

    now_ns = 0


class _Stretch:
    def __init__(self, hosts: Sequence[Backtest]) -> None:
        self.hosts = hosts
        self.hearing = [host for host in hosts if not host.strategies[0].failure]
        self.latest: dict[int, Row] = {}  # Of each stream, in the order they came: what hosts may have missed.
        self._learn_feeds()
        self._seat()

    def run(self, rows: Sequence[Row]) -> None:
        """The host's loop for prices, turned inside out: everything that is the same for all stands before the inner loop, which a
        strategy that says nothing leaves after one call. Guarded by `sweep_bars_per_s` in benchmarks."""
        latest, routes, update_of = self.latest, self.hosts[0].routes, PriceUpdate
        trade, quote, kind_bar = Kind.TRADE, Kind.QUOTE, Kind.BAR
        wake, now, current, seating = min(host.wake for host in self.hosts), self.hosts[0].now, -1, self.seats
        volume: Any
        for row in rows:
            now, index, a, fa, fb, rest = row
            if now >= wake:
                wake = self._wake(now)
            if index != current or seating is not self.seats:
                current, route, feed, seating = index, routes[index], self.feeds[index], self.seats
                kind, interval, symbol, venue, seats = route.kind, route.interval, feed.symbol, feed.venue, seating[index]
                heard, bars = route.at_engine, kind is kind_bar and any(on_bar is not None for *_, (on_bar, _, _) in seats)
            if kind is trade:
                price, volume = fa, fb
            elif kind is quote:
                fc, fd = rest[4], rest[5]
                if not 0 < a < rest[1]:
                    wake = self._each(row)
                    current = -1
                    continue
                price, volume = (fa + fc) / 2, None
                if heard:
                    feed.bid, feed.bid_size, feed.ask, feed.ask_size = fa, fb, fc, fd
            else:
                b, c, d, _, fc, price, volume = rest
                if not 0 < c <= d <= b:
                    wake = self._each(row)
                    current = -1
                    continue
            if index in latest and len(latest) > 1:
                del latest[index]
            latest[index] = row
            if not heard:
                wake = self._at_venues(row)
                continue
            if now >= feed.next_roll:
                feed.roll(now, price)
            feed.sequence = sequence = feed.sequence + 1
            update = update_of(
                symbol, venue, now, price, volume, sequence, feed.reference_price, kind, feed.bid, feed.ask, feed.bid_size, feed.ask_size
            )
            bar = Bar(symbol, venue, now - interval, now, fa, fb, fc, price, volume) if bars else None
            for resting, prices, strategy, on_market_data, outbox, queue, rarely in seats:
                if resting:
                    host = rarely[2]
                    self._catch_up(host)
                    wake = min(wake, host.meet(row))
                prices[venue] = price
                strategy.now_ns = now
                try:
                    returned = on_market_data(update)
                    if returned or outbox:
                        queue.extend(rarely[1].collect(returned, now))
                    if bar is not None and rarely[0] is not None:
                        returned = rarely[0](bar)
                        if returned or outbox:
                            queue.extend(rarely[1].collect(returned, now))
                except AUTHOR_ERRORS as error:
                    queue.extend(rarely[1].fail(error))
                if queue:
                    _, machine, host = rarely
                    self._catch_up(host)
                    host.drain(now)
                    wake = min(wake, host.wake)
                    if machine.failure:
                        self._part(host)
        for host in self.hosts:
            self._catch_up(host)
            host.now = now
        self._teach_feeds(self.hearing)

    def _wake(self, now: Nanos) -> Nanos:
        """Whatever is due happens, before the row of this moment; when to wake up next."""
        for host in self.hosts:
            if host.wake <= now:
                self._catch_up(host)
                host.wake_up(now)
                if host.strategies[0].failure:
                    self._part(host)
        return min(host.wake for host in self.hosts)

    def _at_venues(self, row: Row) -> Nanos:
        """A row that nobody hears yet."""
        for host in self.hosts:
            if host.routes[row[1]].resting:
                self._catch_up(host)
                host.meet(row)
                host.drain(row[0])
                if host.strategies[0].failure:
                    self._part(host)
        return min(host.wake for host in self.hosts)

    def _each(self, row: Row) -> Nanos:
        """An odd row: each host takes it by itself."""
        self._teach_feeds(self.hearing)
        for host in self.hosts:
            self._catch_up(host)
            host.run((row,))
        self.hearing = [host for host in self.hearing if not host.strategies[0].failure]
        self._learn_feeds()
        self._seat()
        return min(host.wake for host in self.hosts)

    def _catch_up(self, host: Backtest) -> None:
        """The last prices, written down as the host's own loop does it."""
        for now, index, a, _, _, rest in self.latest.values():
            route = host.routes[index]
            market, at_venue = route.market, route.venue_market
            if route.kind is Kind.QUOTE:
                market.bid = at_venue.bid = a
                market.ask = at_venue.ask = rest[1]
                market.quote_time = now
                at_venue.bid_quantity, at_venue.ask_quantity = rest[0], rest[2]
            else:
                market.last = at_venue.last = a if route.kind is Kind.TRADE else rest[2]
                market.trade_time = now

    def _part(self, host: Backtest) -> None:
        """A strategy that failed hears no more, but what it ordered may still trade."""
        if host in self.hearing:
            self._teach_feeds([host])
            self.hearing.remove(host)
            self._seat()

    def _seat(self) -> None:
        routes = zip(*(host.routes for host in self.hosts), strict=True)
        self.seats = [[_seat(host, route) for host, route in zip(self.hosts, each, strict=True)] for each in routes]

    def _learn_feeds(self) -> None:
        """What strategies remember of prices is the same for all that hear them."""
        feeds = (self.hearing or self.hosts)[0].strategies[0].feeds
        own = {key: Feed(feed.symbol, feed.venue) for key, feed in feeds.items()}
        for key, feed in own.items():
            feed.follow(feeds[key])
        self.feeds = [own[route.instrument.id] for route in self.hosts[0].routes]

    def _teach_feeds(self, hosts: Sequence[Backtest]) -> None:
        for host in hosts:
            own = host.strategies[0].feeds
            for route, feed in zip(host.routes, self.feeds, strict=True):
                own[route.instrument.id].follow(feed)


def _seat(host: Backtest, route: StreamRoute) -> _Seat:
    machine, listener = host.strategies[0], route.first_listener
    if listener is None:
        return (route.resting, {}, _Nobody(), _hear_nothing, (), host.queue, (None, machine, host))
    return (
        route.resting, listener.prices, listener.strategy, listener.on_market_data, listener.outbox, host.queue,
        (listener.on_bar, machine, host),
    )  # fmt: skip


def _hear_nothing(update: PriceUpdate) -> None:
    """What Nobody does with a price."""
