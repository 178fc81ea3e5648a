"""Who earned what: exact totals per strategy and instrument, and their sums by strategy, symbol, venue and hour of the day."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import msgspec
import polars as pl

from seawall.analytics.frames import codes, ints
from seawall.analytics.ledger import Flow, Valuation, holdings
from seawall.analytics.recorder import Recorder
from seawall.analytics.round_trips import RoundTripColumns
from seawall.api.instruments import InstrumentId
from seawall.api.units import HOUR

OTHER_CASH = "(other cash)"  # Funding and liquidation fees: an account's, no strategy's.


Key = tuple[str, InstrumentId, int]  # Strategy, instrument, hour of the day.


class Totals(msgspec.Struct):
    """In the valuation currency at final rates, not yet rounded."""

    pnl: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    notional: Fraction = Fraction(0)
    fills: int = 0
    slippage: Fraction = Fraction(0)
    slippage_notional: Fraction = Fraction(0)  # Of the fills whose order had a decision price.
    trades: int = 0
    winning_trades: int = 0
    trade_profit: Fraction = Fraction(0)

    def add(self, other: "Totals") -> None:
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Cell(msgspec.Struct):
    strategy: str
    instrument: InstrumentId
    hour: int  # Of the day, UTC: of the fills; of a round trip, that of its last fill.
    totals: Totals


class Attribution(msgspec.Struct, frozen=True):
    """A row of the attribution tables. Money in the valuation currency; each row is rounded on its own."""

    name: str
    pnl: Decimal
    fees: Decimal
    slippage: Decimal | None  # None: no order had a decision price.
    notional: Decimal
    fills: int
    trades: int
    winning_trades: int


def cells(recorder: Recorder, flows: list[Flow], trips: RoundTripColumns, valuation: Valuation) -> list[Cell]:
    """One per strategy, instrument and hour of the day that has fills, in the order of their first."""
    flows_of: dict[Key, list[Flow]] = {}
    for flow in flows:
        flows_of.setdefault((flow.strategy, flow.instrument, flow.hour), []).append(flow)
    valuation = valuation.with_stand_ins(flows)
    slipped, tripped = _slippage(recorder), _trips(trips)
    found = []
    for key, own in flows_of.items():
        strategy, instrument, hour = key
        quote = recorder.instruments[instrument].quote
        tick_value = recorder.instruments[instrument].tick_value
        slippage, slippage_notional = slipped.get(key, (0, 0))
        trades, wins, profit = tripped.get(key, (0, 0, 0))
        totals = Totals(
            pnl=valuation.total(holdings(recorder, own)),
            fees=sum((valuation.fee(flow) for flow in own), Fraction(0)),
            notional=sum((valuation.notional(flow) for flow in own), Fraction(0)),
            fills=sum(flow.fills for flow in own),
            slippage=valuation.amount(quote, slippage * tick_value),
            slippage_notional=valuation.amount(quote, slippage_notional * tick_value),
            trades=trades,
            winning_trades=wins,
            trade_profit=valuation.amount(quote, profit),
        )
        found.append(Cell(strategy, instrument, hour, totals))
    return found


def summed(cells: list[Cell], key: Callable[[Cell], str]) -> dict[str, Totals]:
    """Sorted by key."""
    sums: dict[str, Totals] = {}
    for cell in cells:
        sums.setdefault(key(cell), Totals()).add(cell.totals)
    return dict(sorted(sums.items()))


def rows(sums: dict[str, Totals], other_cash: Fraction, valuation: Valuation) -> list[Attribution]:
    if other_cash:
        sums = sums | {OTHER_CASH: Totals(pnl=other_cash)}
    return [
        Attribution(
            name=name,
            pnl=valuation.money(totals.pnl),
            fees=valuation.money(totals.fees),
            slippage=valuation.money(totals.slippage) if totals.slippage_notional else None,
            notional=valuation.money(totals.notional),
            fills=totals.fills,
            trades=totals.trades,
            winning_trades=totals.winning_trades,
        )
        for name, totals in sums.items()
    ]


def _slippage(recorder: Recorder) -> dict[Key, tuple[int, int]]:
    """What fills cost beyond the decision price of their order (positive: worse), and the notional at that price; in ticks x lots."""
    fills, orders = recorder.fills, recorder.orders
    strategies, ids = fills.strategy.texts, fills.instrument.texts
    decided = pl.DataFrame(
        {"instrument": codes(orders.instrument), "order_id": ints(orders.order_id), "decision": ints(orders.decision_price)}
    ).filter(pl.col("decision") > 0, pl.col("order_id") > 0)
    sign = pl.when(pl.col("side") == 0).then(1).otherwise(-1).cast(pl.Int128)
    wide = [pl.col(name).cast(pl.Int128) for name in ("price", "quantity", "decision")]
    sums = (
        pl.DataFrame(
            {
                "strategy": codes(fills.strategy),
                "instrument": codes(fills.instrument),
                "hour": ints(fills.time) // HOUR % 24,
                "side": codes(fills.side),
                "order_id": ints(fills.order_id),
                "price": ints(fills.price),
                "quantity": ints(fills.quantity),
            }
        )
        .join(decided, on=["instrument", "order_id"])
        .with_columns(*wide)
        .group_by("strategy", "instrument", "hour")
        .agg(
            (sign * (pl.col("price") - pl.col("decision")) * pl.col("quantity")).sum().alias("cost"),
            (pl.col("decision") * pl.col("quantity")).sum().alias("notional"),
        )
    )
    return {(strategies[s], InstrumentId(ids[i]), hour): (cost, notional) for s, i, hour, cost, notional in sums.iter_rows()}


def _trips(trips: RoundTripColumns) -> dict[Key, tuple[int, int, int]]:
    """Round trips, winning ones, and profit in quote minor units."""
    strategies, ids = trips.strategy.texts, trips.instrument.texts
    sums = (
        pl.DataFrame(
            {
                "strategy": codes(trips.strategy),
                "instrument": codes(trips.instrument),
                "hour": ints(trips.closed) // HOUR % 24,
                "profit": ints(trips.profit).cast(pl.Int128),
            }
        )
        .group_by("strategy", "instrument", "hour")
        .agg(pl.len().alias("trades"), (pl.col("profit") > 0).sum().alias("wins"), pl.col("profit").sum())
    )
    return {(strategies[s], InstrumentId(ids[i]), hour): (trades, wins, profit) for s, i, hour, trades, wins, profit in sums.iter_rows()}
