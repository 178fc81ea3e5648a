"""Once a storm has passed: what an engine believes, held against what the venues know. Looks into both, as only a host may."""

from collections.abc import Iterator

from seawall.api.instruments import Instrument
from seawall.api.message import Address
from seawall.api.orders import AccountId, OrderStatus
from seawall.api.units import Currency, Money
from seawall.engine.core.machine import Engine
from seawall.exchange.core.machine import Exchange
from seawall.sim.world import World

Deposits = dict[Currency, Money]


def disagreements(world: World, engine_address: Address, deposits: dict[AccountId, Deposits]) -> list[str]:
    """Everything on which the engine and its venues are not one. Empty: all is well.

    `deposits`: what the engine's accounts began with; whatever they hold beyond it, fills brought. Machines that are down are named.
    """
    engine = world.machines.get(engine_address)
    if engine is None:
        return [f"{engine_address} is down"]
    assert isinstance(engine, Engine), f"{engine_address} is no engine"
    found = []
    for session in engine.sessions.values():
        venue = world.machines.get(session.settings.address)
        if venue is None:
            found.append(f"{session.settings.address} is down")
            continue
        assert isinstance(venue, Exchange), f"{session.settings.address} is no exchange"
        account = session.settings.account
        if not session.live:
            found.append(f"{session.settings.address}: the session is {session.state.status}")
        found += _orders(engine, venue, account)
        found += _money(engine, venue, account, deposits[account])
    return found


def _orders(engine: Engine, venue: Exchange, account: AccountId) -> Iterator[str]:
    instruments = engine.booking.instruments
    theirs = {
        order.client_order_id: order
        for market in venue.state.markets.values()
        for order in market.orders.values()
        if order.account == account
    }
    ours = {key: order for key, order in engine.state.orders.items() if order.instrument in venue.state.markets}
    for key, order in ours.items():
        if order.status is OrderStatus.UNKNOWN:
            yield f"{venue.address}: the fate of order {key} is unknown"
        elif key not in theirs:
            yield f"{venue.address}: order {key} is {order.status} in our books, and not open there"
        elif order.cumulative_quantity != theirs[key].quantity - theirs[key].leaves_quantity:
            symbol = instruments[order.instrument].symbol
            yield f"{venue.address}: order {key} ({symbol}) is filled {order.cumulative_quantity} in our books, not there"
    for key in theirs:
        if key not in ours:
            yield f"{venue.address}: order {key} is open there, and not in our books"


def _money(engine: Engine, venue: Exchange, account: AccountId, deposits: Deposits) -> Iterator[str]:
    theirs = venue.state.ledger.accounts.get(account)
    if theirs is None:
        yield f"{venue.address}: there is no account {account}"
        return
    opening = engine.sessions[account].state.opening or {}
    listed = [i for i in engine.settings.instruments if i.id in venue.state.markets]
    for currency in dict.fromkeys([*theirs.free, *deposits]):
        there = theirs.free.get(currency, 0) + theirs.locked.get(currency, 0)
        traded = sum(_traded(engine, instrument, currency) for instrument in listed)
        ours = opening.get(currency, 0) + traded
        if ours != there:
            yield f"{venue.address}: {there} {currency} minor units there, {ours} in our books"
        moved = there - deposits.get(currency, 0)
        if moved != traded:
            yield f"{venue.address}: fills moved {moved} {currency} minor units there, {traded} in our positions"


def _traded(engine: Engine, instrument: Instrument, currency: Currency) -> int:
    """What all positions in an instrument say that its fills brought in of a currency."""
    held = [positions[instrument.id] for positions in engine.state.positions.values() if instrument.id in positions]
    total = 0
    for position in held:
        if currency == instrument.base:
            total += position.quantity
        elif currency == instrument.quote:
            total += position.realised - position.cost - position.fees
        total -= position.other_fees.get(currency, 0)
    return total
