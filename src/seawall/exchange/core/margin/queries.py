"""What an account may ask about its perpetuals: positions with what they need, and the money that moved without a fill."""

from seawall.api.instruments import Instrument
from seawall.api.margin import CashReported, PositionsReported, PositionState, QueryCash, QueryPositions
from seawall.api.message import Envelope
from seawall.api.units import PPB, Money, Nanos, Price, ceil_div
from seawall.exchange.core.floor import Floor, Member
from seawall.exchange.core.margin.positions import MarginPosition, maintenance_margin, tier_of, unrealised
from seawall.exchange.core.margin.requirement import standing, worth_of


def report_positions(floor: Floor, query: QueryPositions, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    states = tuple(
        _state(floor, member, floor.listings[key].instrument, position, floor.listings[key].mark)
        for key, position in member.account.positions.items()
    )
    return [Envelope(member.owner, PositionsReported(query.account, query.request_id, states, now))]


def _state(floor: Floor, member: Member, instrument: Instrument, position: MarginPosition, mark: int) -> PositionState:
    worth = worth_of(instrument, position.quantity, position.cost, mark)
    profit = unrealised(position, instrument, mark)
    own = standing(floor, member.account, instrument.quote)
    price = liquidation_price(instrument, position.quantity, mark, own.equity, own.maintenance) if mark else 0
    maintenance = maintenance_margin(instrument, worth)
    return PositionState(
        instrument.id, position.quantity, Money(position.cost), Price(mark), Money(profit), Money(maintenance), Price(price)
    )


def liquidation_price(instrument: Instrument, lots: int, mark: int, equity: int, maintenance: int) -> int:
    """The mark at which equity falls to maintenance, all else unchanged and in the present tier; 0: no price does that.

    equity + lots x (price - mark) = maintenance + rate x |lots| x (price - mark)
    """
    each = abs(lots) * instrument.tick_value
    tier = tier_of(instrument, each * mark)
    rate = tier.maintenance_ppb if tier is not None else instrument.margin.tiers[-1].maintenance_ppb  # type: ignore[union-attr]
    room = (equity - maintenance) * PPB
    if lots > 0:
        return max(0, mark - room // (each * (PPB - rate)))
    return max(0, mark + ceil_div(room, each * (PPB + rate)))


def report_cash(floor: Floor, query: QueryCash, now: Nanos) -> list[Envelope]:
    member = floor.members.get(query.account)
    if member is None:
        return floor.drop()
    history = member.client.cash
    movements, complete, gap = history.after(query.after, query.limit) if history is not None else ((), True, False)
    return [Envelope(member.owner, CashReported(query.account, query.request_id, movements, complete, gap, now))]
