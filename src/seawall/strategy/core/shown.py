"""What the engine says, as an author is shown it: floats for integers, symbols and venues for ids."""

from seawall.api.instruments import Instrument
from seawall.api.market_data import BarClosed
from seawall.api.orders import Liquidity
from seawall.api.paper import PaperFilled
from seawall.api.signals import BreachReported, FillApplied, FundingApplied
from seawall.api.units import PPB, Nanos, Quantity
from seawall.runtime.floats import money_as_float, price_as_float, quantity_as_float
from seawall.strategy.events import Bar, FundingPayment, OrderFill, RiskBreach


def shown_bar(instrument: Instrument, bar: BarClosed) -> Bar:
    return Bar(
        symbol=instrument.symbol,
        venue=instrument.venue,
        open_time_ns=bar.open_time,
        close_time_ns=bar.close_time,
        open=price_as_float(instrument, bar.open),
        high=price_as_float(instrument, bar.high),
        low=price_as_float(instrument, bar.low),
        close=price_as_float(instrument, bar.close),
        volume=quantity_as_float(instrument, bar.volume),
    )


def shown_fill(instrument: Instrument, fill: FillApplied | PaperFilled) -> OrderFill:
    """One on paper leaves nothing, and took what was there."""
    liquidity, leaves = (Liquidity.TAKER, Quantity(0)) if isinstance(fill, PaperFilled) else (fill.liquidity, fill.leaves_quantity)
    return OrderFill(
        order_id=fill.tag,
        symbol=instrument.symbol,
        venue=instrument.venue,
        side=fill.side,
        quantity=quantity_as_float(instrument, fill.quantity),
        price=price_as_float(instrument, fill.price),
        fee=money_as_float(instrument, fill.fee_currency, fill.fee),
        fee_asset=fill.fee_currency,
        liquidity=liquidity,
        leaves_quantity=quantity_as_float(instrument, leaves),
        timestamp_ns=fill.event_time,
        paper=isinstance(fill, PaperFilled),
    )


def shown_funding(instrument: Instrument, funding: FundingApplied) -> FundingPayment:
    amount = money_as_float(instrument, funding.currency, funding.amount)
    return FundingPayment(instrument.symbol, instrument.venue, amount, funding.currency, funding.rate_ppb / PPB, funding.event_time)


def shown_breach(breach: BreachReported, now: Nanos) -> RiskBreach:
    return RiskBreach(
        breach_type=breach.breach_type,
        check=breach.check,
        limit=breach.limit,
        value=breach.value,
        unit=breach.unit,
        symbol=breach.symbol,
        venue=breach.venue,
        order_id=breach.tag,
        timestamp_ns=now,
    )
