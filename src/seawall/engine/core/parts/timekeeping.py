"""What it means that the engine's own clock was set. Forward, all is older than it was, and that is safe. Back, what was to happen at some
time would not happen for long, and old prices would look new: so no time of ours may stand in the future. How far off venues' clocks are
must be measured again either way: back, the sessions begin anew; forward, they fall silent by themselves.
"""

from typing import TYPE_CHECKING

from seawall.api.message import Envelope
from seawall.api.units import Nanos
from seawall.engine.core.parts.part import Part

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine


class Timekeeping(Part):
    def __init__(self) -> None:
        self.handlers = {}

    def attach(self, engine: "Engine") -> None:
        self.state, self.sessions, self.connections = engine.state, engine.sessions, engine.connections

    def on_time(self, now: Nanos) -> list[Envelope]:
        before, self.state.ticked_at = self.state.ticked_at, now
        return self._set_back(now) if now < before else []

    def _set_back(self, now: Nanos) -> list[Envelope]:
        state = self.state
        state.risk.look_at = now
        for closing in state.risk.closings.values():
            closing.next_at = now
        for market in state.markets.values():
            market.trade_time, market.quote_time = min(market.trade_time, now), min(market.quote_time, now)
        for account in state.strategies.values():  # Windows count what was sent as sent just now.
            for times in (account.sent_times, account.message_times, account.trade_times):
                times[:] = [min(at, now) for at in times]
            account.sent_at = {key: min(at, now) for key, at in account.sent_at.items()}
            if account.tilt is not None:
                account.tilt.sign_at = min(account.tilt.sign_at, now)
        state.risk.tier_since = {tier: min(at, now) for tier, at in state.risk.tier_since.items()}
        for outage in state.outages.values():
            outage.since, outage.paper_since = min(outage.since, now), min(outage.paper_since, now)
        for session in self.sessions.values():
            session.set_back(now)
        return self.connections.begin_anew("the clock was set back", now)
