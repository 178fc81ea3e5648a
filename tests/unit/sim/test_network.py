"""Links: when what is sent arrives, if it does."""

from itertools import pairwise

import pytest

from seawall.api.message import Address
from seawall.api.units import Nanos
from seawall.sim.network import PERFECT, PPM, Constant, Link, LinkSpec, LongTailed, Uniform, link_rng

NOW = Nanos(1_000_000)
A, B = Address("a"), Address("b")


def link(spec: LinkSpec, seed: int = 1) -> Link:
    return Link("the target", spec, link_rng(seed, A, B))


def delays(spec: LinkSpec, count: int = 4_000) -> list[int]:
    made = link(spec)
    return [arrival - NOW for _ in range(count) for arrival in made.arrivals(NOW)]


def test_a_link_without_chance_need_not_be_asked() -> None:
    assert link(PERFECT).quiet_ns == 0
    assert link(LinkSpec(Constant(70))).quiet_ns == 70
    assert link(LinkSpec(Constant(70), loss_ppm=1)).quiet_ns == -1
    assert link(LinkSpec(Uniform(1, 2))).quiet_ns == -1


def test_uniform_latencies_fill_their_range() -> None:
    drawn = delays(LinkSpec(Uniform(100, 199)))
    assert 100 <= min(drawn) < 105
    assert 194 < max(drawn) <= 199
    assert link(LinkSpec(Uniform(100, 100))).arrivals(NOW) == (NOW + 100,)
    assert 145 < sum(drawn) // len(drawn) < 155


def test_long_tails_reach_far_and_seldom_and_never_beyond_their_limit() -> None:
    drawn = delays(LinkSpec(LongTailed(100, 100, 2_000)))
    assert min(drawn) >= 100
    assert max(drawn) <= 2_000
    beyond = [sum(delay > reach for delay in drawn) * 1000 // len(drawn) for reach in (200, 400, 800)]
    assert beyond[0] > 100
    assert beyond[0] > 2 * beyond[1] > 4 * beyond[2] > 0


def test_loss_and_duplication_come_as_often_as_they_should() -> None:
    assert 3_150 < len(delays(LinkSpec(Uniform(1, 2), loss_ppm=PPM // 5))) < 3_250
    assert 4_750 < len(delays(LinkSpec(Uniform(1, 2), duplicate_ppm=PPM // 5))) < 4_850
    assert delays(LinkSpec(loss_ppm=PPM)) == []
    assert len(delays(LinkSpec(duplicate_ppm=PPM))) == 8_000


def test_unequal_latencies_reorder_unless_the_link_is_ordered() -> None:
    def overtakings(spec: LinkSpec) -> int:
        made = link(spec)
        arrivals = [arrival for sent in range(1_000) for arrival in made.arrivals(Nanos(sent))]
        return sum(later < earlier for earlier, later in pairwise(arrivals))

    assert overtakings(LinkSpec(Uniform(0, 100))) > 100
    assert overtakings(LinkSpec(Uniform(0, 100), duplicate_ppm=PPM // 2, ordered=True)) == 0


def test_a_cut_link_carries_nothing_until_it_is_healed() -> None:
    for spec, whole in ((PERFECT, 0), (LinkSpec(Uniform(1, 2)), -1)):
        made = link(spec)
        made.cut()
        assert made.quiet_ns == -1
        assert made.arrivals(NOW) == ()
        made.heal()
        assert made.quiet_ns == whole


def test_every_link_has_chance_of_its_own() -> None:
    """From the world's seed and both ends, in that order, and from nothing else."""
    states = [link_rng(*ends).state for ends in ((1, A, B), (2, A, B), (1, B, A), (1, A, A))]
    assert len(dict.fromkeys(states)) == 4
    assert link_rng(1, A, B).state == states[0]


def test_a_chance_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="loss_ppm is 1000001; a chance lies between 0 and 1000000"):
        LinkSpec(loss_ppm=PPM + 1)
    with pytest.raises(ValueError, match="duplicate_ppm"):
        LinkSpec(duplicate_ppm=-1)


def test_a_latency_that_would_deliver_into_the_past_is_refused() -> None:
    for make in (
        lambda: Constant(-1),
        lambda: Uniform(2, 1),
        lambda: Uniform(-1, 1),
        lambda: LongTailed(5, 1, 5),
        lambda: LongTailed(5, 0, 9),
    ):
        with pytest.raises(ValueError, match="a latency is not negative, and its high end is above its low end"):
            make()
