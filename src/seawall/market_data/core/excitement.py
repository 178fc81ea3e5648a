"""Powers of two in integers, to within some millionths: how excitement fades by half in every half-life, and how far sizes are apart."""

from seawall.api.units import PPB, Nanos

PER_HALF_LIFE = 1_442_695_041  # The area under what fades, in half-lives, in parts per billion: one by the logarithm of two.
_SERIES = (154_035, 1_333_356, 9_618_129, 55_504_109, 240_226_507, 693_147_181, PPB)  # Of two to the power of x, the highest power first.
_LONGEST = 64


def power_of_two(exponent: int) -> tuple[int, int]:
    """Two to the power of `exponent` (in parts per billion, may be negative) as a ratio of integers."""
    whole, rest = divmod(exponent, PPB)
    value = 0
    for term in _SERIES:
        value = value * rest // PPB + term
    return (value << whole, PPB) if whole >= 0 else (value, PPB << -whole)


def faded(level: int, elapsed: int, half_life: Nanos) -> int:
    if not level or elapsed > _LONGEST * half_life:
        return 0
    numerator, denominator = power_of_two(-elapsed * PPB // half_life)
    return level * numerator // denominator
