"""No module imports what imports it, be it by way of others: each can be understood without what is built on it."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.unit.imports import BACKEND, modules, own, plant

# For their types only, where a whole and its part call each other.
KNOWN = {
    ("rooms.session", "rooms.room"),
}


def cycle(backend: Path, left_out: Iterable[tuple[str, str]] = ()) -> list[str]:
    """Return modules of which each imports the next, and the last is the first; nothing if there are none."""
    found = modules(backend)
    names = {module.name for module in found}
    graph = TopologicalSorter[str]()
    for module in found:
        for _, imported in module.imports():
            name = own(imported)
            target = name if name in names else name.rpartition(".")[0]
            if target in names and target != module.name and (module.name, target) not in left_out:
                graph.add(module.name, target)
    try:
        graph.prepare()
    except CycleError as error:
        return list(error.args[1])[::-1]
    return []


def test_no_imports_go_in_a_circle() -> None:
    """Those for types included."""
    assert cycle(BACKEND, KNOWN) == []


@pytest.mark.parametrize("edge", sorted(KNOWN), ids="-".join)
def test_no_circle_is_known_that_is_gone(edge: tuple[str, str]) -> None:
    """Each exception is still needed."""
    assert cycle(BACKEND, KNOWN - {edge}) != []


def test_planted_circle_is_found(tmp_path: Path) -> None:
    """By way of a package, in a function, for types."""
    plant(
        tmp_path,
        {
            "rooms/room.py": "from whiteboard.rooms import visits",
            "rooms/visits.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import session",
            "rooms/session.py": "def later():\n    from whiteboard.rooms.room import Room",
            "store/log.py": "from whiteboard.rooms.room import Room",
        },
    )
    found = cycle(tmp_path)
    assert found[0] == found[-1]
    assert set(found) == {"rooms.room", "rooms.visits", "rooms.session"}
