"""When a replica is full."""

from whiteboard.rooms.capacity import Capacity


def test_replica_is_full_at_its_bound_of_connections() -> None:
    """[D9] And has room again when one has left."""
    capacity = Capacity(3, 1_000_000)
    counts = iter((2, 3, 4, 2))
    capacity.connections = lambda: next(counts)
    assert [capacity.is_full() for _ in range(4)] == [False, True, True, False]


def test_replica_is_full_at_nine_tenths_of_its_files() -> None:
    """[D9] Files that are no connections count; connections that came since they were counted do too."""
    capacity, there = Capacity(None, 1_000), 100
    capacity.connections = lambda: there
    assert not capacity.is_full()
    capacity.note(120)
    there = 879
    assert not capacity.is_full()
    there = 880
    assert capacity.is_full()
    capacity.note(900)
    there = 100
    assert not capacity.is_full()
