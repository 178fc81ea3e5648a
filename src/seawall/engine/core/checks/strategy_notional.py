"""Gross exposure of one strategy in money, with all that its working orders could lead to."""

from seawall.api.instruments import Instrument, InstrumentId
from seawall.api.signals import BreachType
from seawall.api.units import Nanos
from seawall.engine.core.checks.desk import Desk
from seawall.engine.core.exposure import Exposure
from seawall.engine.core.intent import Check, Intent, Refusal

_NOTHING: dict[InstrumentId, Exposure] = {}


def strategy_notional(desk: Desk, instrument: Instrument) -> Check | None:
    limit, portfolio, rates, mine = desk.limits.max_strategy_notional, desk.portfolio, desk.rates, desk.exposures.of_strategy
    if limit is None:
        return None
    key, stake = instrument.id, portfolio.stake_in(instrument)

    def check(intent: Intent, now: Nanos) -> Refusal | None:
        held = mine.get(intent.account.address, _NOTHING)
        if held and len(mine) == 1:  # Nobody else has traded: what the strategy has at stake is all there is.
            _, _, total, more = stake(intent, now)
        else:
            exposure = held.get(key)
            more = intent.amount if exposure is None else exposure.reach_with(intent.side, intent.amount) - exposure.reach
            total = portfolio.worth_of_all(held, key, more) if more > 0 else 0
        if more <= 0:
            return None
        if total is not None and total <= limit:
            return None
        shown = float("inf") if total is None else rates.as_float(total)
        return Refusal("strategy_notional", BreachType.NOTIONAL_LIMIT, rates.as_float(limit), shown, rates.currency)

    return check
