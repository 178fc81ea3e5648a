"""Tiers: what equity unlocks. Up after a wait above the threshold, down at once when most of it is gone; the first is that of the start."""

from seawall.api.risk import Limits, Tier
from seawall.api.units import BASIS_POINTS, Nanos
from seawall.engine.core.risk_state import RiskState

LADDER = (Tier.SNIPER, Tier.HUNTER, Tier.STRATEGIST)
_KEEPS_BPS = 9_000  # Of its threshold: below that a tier is lost.


def rank(tier: Tier) -> int:
    return LADDER.index(tier)


def threshold(limits: Limits, tier: Tier) -> int:
    """The equity that unlocks it and all below it, in minor units of the valuation currency; 0: any."""
    steps = (0, limits.hunter_equity or 0, limits.strategist_equity or 0)
    return max(steps[: rank(tier) + 1])


def climb(risk: RiskState, limits: Limits, equity: int, now: Nanos) -> Tier:
    """The tier from now on. Notes since when those above it have been in reach."""
    if risk.tier is None:
        return max((tier for tier in LADDER if equity >= threshold(limits, tier)), key=rank, default=Tier.SNIPER)
    present = rank(risk.tier)
    while present and equity * BASIS_POINTS < threshold(limits, LADDER[present]) * _KEEPS_BPS:
        present -= 1
    for tier in LADDER[present + 1 :]:
        if equity < threshold(limits, tier):
            risk.tier_since.pop(tier, None)
        elif now - risk.tier_since.setdefault(tier, now) >= limits.tier_wait:
            present = rank(tier)
    for tier in LADDER[: present + 1]:
        risk.tier_since.pop(tier, None)
    return LADDER[present]
