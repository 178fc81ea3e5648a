"""The two orders of an OCO, from what an author says of each: which type that makes them, and what he cannot mean."""

from typing import Any

LEG_OPTIONS = ("limit_price", "stop_price", "trailing_bps", "client_tag")
SHARED_OPTIONS = ("venue", "expire_time", "good_for", "reduce_only", "self_trade_prevention")
_STOP, _PROFIT = "stop_loss", "take_profit"
_WAITING = {("buy", "above"): _STOP, ("buy", "below"): _PROFIT, ("sell", "above"): _PROFIT, ("sell", "below"): _STOP}


def legs(side: str, above: dict[str, Any], below: dict[str, Any], shared: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of both orders.

    Raises: TypeError, ValueError: what no OCO can be, in words for the author.
    """
    if side not in ("buy", "sell"):
        raise ValueError(f"oco() takes a side first, 'buy' or 'sell', not {side!r}")
    if unknown := [name for name in shared if name not in SHARED_OPTIONS]:
        raise TypeError(f"oco() knows no option {unknown[0]!r}; there are above, below, {', '.join(SHARED_OPTIONS)}")
    return [{**shared, **_leg(side, where, said)} for where, said in (("above", above), ("below", below))]


def _leg(side: str, where: str, said: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise TypeError(f"oco({where}=...) is a dict such as {{'limit_price': 100.0}}, not {said!r}")
    if unknown := [name for name in said if name not in LEG_OPTIONS]:
        raise TypeError(f"oco({where}=...) knows no {unknown[0]!r}; there are {', '.join(LEG_OPTIONS)}")
    waits = said.get("stop_price") is not None or said.get("trailing_bps") is not None
    if waits:
        kind = _WAITING[side, where]
        return {**said, "order_type": kind if said.get("limit_price") is None else f"{kind}_limit"}
    if said.get("limit_price") is None:
        raise ValueError(f"oco({where}=...) needs a limit_price, a stop_price or trailing_bps")
    if _WAITING[side, where] == _STOP:
        raise ValueError(
            f"a {side} with a limit_price {where} the market trades at once; oco({where}=...) needs a stop_price or trailing_bps"
        )
    return {**said, "order_type": "limit_maker"}
