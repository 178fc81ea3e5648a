"""As `queue_power`, with log(1 + x): cancellations fall nearly evenly on both sides of us, whichever is the larger.

x is counted in thousandths of the level, so that the size of a lot changes nothing. The logarithm is made of integers: a table of the one
to the base 2 in 65536ths, and straight lines between its points, which is true to a part in 100,000.
"""

from seawall.backtest.fill_models.queue import VolumeAhead

_BITS = 16
_ONE = 1 << _BITS
_POINTS = 8  # Bits: 256 points from 1 to 2.


def _log2_below_two(mantissa: int) -> int:
    """Of mantissa / 65536 in [1, 2], by squaring: each time it passes 2, that bit of the result is 1."""
    value, result = mantissa << _BITS, 0
    one = 1 << 2 * _BITS
    for bit in range(_BITS - 1, -1, -1):
        value = value * value >> 2 * _BITS
        if value >= 2 * one:
            value >>= 1
            result |= 1 << bit
    return result


_TABLE = [*(_log2_below_two(_ONE + (point << _BITS - _POINTS)) for point in range(1 << _POINTS)), _ONE]


def log2(value: int) -> int:
    """Of a positive integer, in 65536ths."""
    exponent = value.bit_length() - 1
    fraction = (value << _BITS >> exponent) - _ONE
    point, rest = divmod(fraction, 1 << _BITS - _POINTS)
    low, high = _TABLE[point], _TABLE[point + 1]
    return (exponent << _BITS) + low + ((high - low) * rest >> _BITS - _POINTS)


class QueueLog(VolumeAhead):
    name = "queue_log"

    def canceled_ahead(self, ahead: int, behind: int, lots: int) -> int:
        whole = ahead + behind or 1
        before, after = log2(1 + 1000 * ahead // whole), log2(1 + 1000 * behind // whole)
        return lots * before // (before + after or 1)
