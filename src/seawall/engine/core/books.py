"""Brings what supervision compares up to date: capital, equity, each strategy's profit, and the marks of past minutes and days."""

from typing import TYPE_CHECKING

from seawall.api.units import DAY, MINUTE, Currency, Nanos
from seawall.engine.core.monitors.value_at_risk import DAYS
from seawall.engine.core.risk_state import Track

if TYPE_CHECKING:
    from seawall.engine.core.machine import Engine

MINUTES = 60
SAMPLES = 60  # Of the rapid window.


class Books:
    def __init__(self, engine: "Engine") -> None:
        self.risk, self.portfolio, self.rates = engine.state.risk, engine.portfolio, engine.rates
        self.sessions, self.markets = engine.sessions, engine.state.markets
        self.capital, self.window = engine.settings.capital, engine.limits.rapid_window

    def bring_up_to_date(self, now: Nanos) -> int | None:
        """The equity; None: it cannot be valued."""
        risk, profit = self.risk, self.portfolio.total()
        if risk.opening is None:
            risk.opening = self.capital if self.capital is not None else self._worth_of_accounts()
        self._note_marks(now)
        if profit is None or risk.opening is None:
            risk.equity = None
            return None
        equity = risk.equity = risk.opening + profit
        if risk.base is None:
            risk.base = risk.opening
        if risk.peak is None or equity > risk.peak:
            risk.peak = max(equity, risk.opening)
        day = now // DAY
        if day != risk.day or risk.day_open is None:
            risk.day_open = equity if risk.day else risk.opening
            risk.day = day
        for strategy in self.portfolio.positions:
            self._follow(risk.strategies.setdefault(strategy, Track()), self.portfolio.total(strategy), now)
        return equity

    def _follow(self, track: Track, profit: int | None, now: Nanos) -> None:
        if profit is None:
            return
        track.profit, track.peak = profit, max(track.peak, profit)
        samples = track.samples
        if not samples or now - samples[-1][0] >= self.window // SAMPLES:
            samples.append((now, profit))
            while samples and samples[0][0] <= now - self.window:
                del samples[0]
        elif profit > samples[-1][1]:
            samples[-1] = (samples[-1][0], profit)  # The highest of its moment is what counts.

    def _worth_of_accounts(self) -> int | None:
        """What lay in all accounts before our fills; None: not all of it is known, or has a rate."""
        total = 0
        for session in self.sessions.values():
            if session.state.opening is None:
                return None
            for currency, amount in session.state.opening.items():
                value = self.rates.value(Currency(currency), amount) if amount else 0
                if value is None:
                    return None
                total += value
        return total

    def _note_marks(self, now: Nanos) -> None:
        """The last mark seen in each minute and on each day that is over."""
        risk, minute, day = self.risk, now // MINUTE, now // DAY
        if minute == risk.minute:
            return
        new_day = risk.minute and risk.minute * MINUTE // DAY != day
        risk.minute = minute
        for key, market in self.markets.items():
            mark = market.mark()
            if mark:
                _keep(risk.minutes.setdefault(key, []), mark, MINUTES + 1)
                if new_day:
                    _keep(risk.daily.setdefault(key, []), mark, DAYS + 1)


def _keep(marks: list[int], mark: int, most: int) -> None:
    marks.append(mark)
    if len(marks) > most:
        del marks[0]
