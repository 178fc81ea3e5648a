"""What a simulated disk keeps through a crash."""

from seawall.api.accounts import Heartbeat
from seawall.api.message import Address
from seawall.api.orders import AccountId
from seawall.api.units import Nanos
from seawall.runtime.codec import encode
from seawall.runtime.journal import DamageKind, entry_decoder, frame
from seawall.sim.disk import Disk, Recovery

ENGINE = Address("engine")
NOW = Nanos(7)


def payload(sequence: int) -> bytes:
    return encode((sequence, NOW, ENGINE, Heartbeat(AccountId("a"), sequence)))


def disk_with(first: int, last: int, durable: int, disk: Disk | None = None) -> Disk:
    """Entries `first` to `last`, of which the first `durable` are."""
    disk = disk or Disk(entry_decoder())
    for sequence in range(first, last + 1):
        disk.write(payload(sequence))
    disk.commit(durable)
    return disk


def sequences(recovery: Recovery) -> list[int]:
    return [entry.sequence for entry in recovery.entries]


def test_what_is_durable_survives_and_the_rest_does_not() -> None:
    disk = disk_with(1, 5, durable=3)
    disk.crash(torn_bytes=0)
    recovery = disk.recover()
    assert (recovery.snapshot, sequences(recovery), recovery.lost, recovery.through) == (None, [1, 2, 3], None, 3)


def test_whole_frames_of_a_torn_tail_survive_and_the_broken_one_is_cut_off() -> None:
    """However many bytes the crash leaves: the disk goes on behind the last whole entry, and is readable again."""
    size = len(frame(payload(4)))
    for torn in range(2 * size + 1):
        disk = disk_with(1, 5, durable=3)
        disk.crash(torn)
        assert sequences(disk.recover()) == [1, 2, 3, 4, 5][: 3 + torn // size]
        disk_with(10, 11, 2, disk)
        disk.crash(0)
        assert sequences(disk.recover())[-3:] == [3 + torn // size, 10, 11]


def test_every_recovery_is_an_epoch() -> None:
    disk = disk_with(1, 1, durable=1)
    epochs = []
    for _ in range(3):
        disk.crash(0)
        disk.recover()
        epochs.append(disk.epoch)
    assert epochs == [2, 3, 4]


def test_a_snapshot_replaces_the_entries_before_it() -> None:
    disk = disk_with(1, 3, durable=3)
    disk.snapshot(NOW, {ENGINE: b"after 3"})
    disk_with(4, 5, 2, disk)
    disk.crash(0)
    recovery = disk.recover()
    assert recovery.snapshot is not None
    assert (recovery.snapshot.sequence, recovery.snapshot.states) == (3, {ENGINE: b"after 3"})
    assert sequences(recovery) == [4, 5]


def test_a_snapshot_waits_for_its_entries_and_dies_with_them() -> None:
    for durable, kept in ((2, False), (3, True)):
        disk = disk_with(1, 3, durable=0)
        disk.snapshot(NOW, {ENGINE: b"after 3"})
        disk.commit(durable)
        disk.crash(0)
        recovery = disk.recover()
        assert (recovery.snapshot is not None) is kept
        assert recovery.through == durable


def test_segments_older_than_two_snapshots_are_dropped() -> None:
    disk = Disk(entry_decoder())
    for number in range(10):
        disk_with(10 * number + 1, 10 * number + 10, 10, disk)
        disk.snapshot(NOW, {ENGINE: b"%d" % number})
    assert len(disk.snapshots) == 2
    assert [number for number, _ in disk.contents()] == [10, 11]


def test_a_damaged_snapshot_falls_back_to_the_one_before() -> None:
    disk = disk_with(1, 3, durable=3)
    disk.snapshot(NOW, {ENGINE: b"after 3"})
    disk_with(4, 6, 3, disk)
    disk.snapshot(NOW, {ENGINE: b"after 6"})
    disk_with(7, 7, 1, disk)
    disk.crash(0)
    disk.flip_snapshot(1, 40)
    recovery = disk.recover()
    assert recovery.snapshot is not None
    assert recovery.snapshot.sequence == 3
    assert sequences(recovery) == [4, 5, 6, 7]
    assert len(recovery.damaged_snapshots) == 1


def test_without_any_good_snapshot_and_with_dropped_segments_nothing_is_made_up() -> None:
    disk = Disk(entry_decoder())
    for number in range(3):
        disk_with(10 * number + 1, 10 * number + 10, 10, disk)
        disk.snapshot(NOW, {ENGINE: b"%d" % number})
    disk.crash(0)
    disk.flip_snapshot(0, 40)
    disk.flip_snapshot(1, 40)
    lost = disk.recover().lost
    assert lost is not None
    assert lost.kind is DamageKind.MISSING


def test_bit_rot_in_a_synced_entry_is_a_loss_and_is_named() -> None:
    disk = disk_with(1, 5, durable=5)
    disk.crash(0)
    number, content = disk.contents()[-1]
    disk.flip(number, len(content) - 1)
    recovery = disk.recover()
    assert recovery.lost is not None
    assert (recovery.lost.kind, recovery.lost.after) == (DamageKind.CORRUPT, 4)
    assert sequences(recovery) == [1, 2, 3, 4]


def test_bit_rot_before_a_good_snapshot_harms_nobody() -> None:
    disk = disk_with(1, 3, durable=3)
    disk.snapshot(NOW, {ENGINE: b"after 3"})
    disk.crash(0)
    disk.flip(1, 60)
    recovery = disk.recover()
    assert recovery.lost is None
    assert recovery.snapshot is not None
