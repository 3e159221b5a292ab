"""The beat by which a replica reads, commits and writes."""

import asyncio
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whiteboard.rooms.beat import CROWD, CROWD_FRAME_SECONDS, FRAME_SECONDS, WRITE_SECONDS, Beat, next_frame


@given(st.floats(0, 1e7), st.sampled_from([FRAME_SECONDS, CROWD_FRAME_SECONDS]))
def test_next_frame_begins_later_but_not_much(last: float, frame_seconds: float) -> None:
    """A frame at most, and the millisecond by which a timer may have been early."""
    assert 0.0009 < next_frame(last, frame_seconds) - last < frame_seconds + 0.0011


@pytest.mark.parametrize(("last", "frame"), [(1.0, 61), (1.0005, 61), (1.015, 61), (0.9995, 61), (0.998, 60)])
def test_all_of_a_frame_go_on_together(last: float, frame: int) -> None:
    """Whatever was done in the frame that begins at 1 goes on as the next begins; so does what a timer did early."""
    assert next_frame(last, FRAME_SECONDS) == pytest.approx(frame * FRAME_SECONDS)


def at(seconds: float, monkeypatch: pytest.MonkeyPatch) -> Beat:
    """A beat at a time of the event loop's clock."""
    beat = Beat()
    monkeypatch.setattr(beat, "_loop", SimpleNamespace(time=lambda: seconds))
    return beat


async def test_messages_and_commits_wait_for_the_next_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless nothing was done in this one, or the next is so near that a timer might hit this one."""
    beat = at(60 * FRAME_SECONDS + 0.010, monkeypatch)
    assert beat.seconds_to_next(0.0) == beat.seconds_to_next(59.5 * FRAME_SECONDS) == 0
    assert (
        beat.seconds_to_next(60 * FRAME_SECONDS)
        == beat.seconds_to_next(60 * FRAME_SECONDS + 0.009)
        == pytest.approx(FRAME_SECONDS - 0.01)
    )
    assert at(61 * FRAME_SECONDS - 0.0005, monkeypatch).seconds_to_next(60 * FRAME_SECONDS) == 0


async def test_commits_leave_before_sockets_are_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """What left as a frame began, and what others sent meanwhile, goes out in the one write of that frame."""
    beat = at(0.0, monkeypatch)
    written = beat.next_write(0.0)
    for _ in range(5):
        committed = beat.seconds_to_next(written)
        assert committed < beat.next_write(written) == pytest.approx(committed + WRITE_SECONDS)
        written = beat.next_write(written)


async def test_a_crowd_makes_frames_longer_until_enough_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """On whichever boards they are."""
    beat = at(0.0, monkeypatch)
    frames = []
    for board, people in [("a", CROWD - 1), ("b", 1), ("b", CROWD + 1), ("a", 0), ("b", CROWD - 1), ("b", 0)]:
        beat.note(board, people)
        frames.append(beat.seconds_to_next(0.0))
    assert frames == [FRAME_SECONDS, *3 * [CROWD_FRAME_SECONDS], *2 * [FRAME_SECONDS]]


@pytest.mark.parametrize("wait", [False, True])
async def test_those_due_together_are_written_together_and_one_that_fails_hinders_nobody(wait: bool) -> None:
    beat = Beat()
    last = asyncio.get_running_loop().time() if wait else -1.0
    written: list[str] = []
    done = asyncio.Event()

    def fail() -> None:
        written.append("fails")
        raise ValueError("room trouble")

    beat.write_soon(last, lambda: written.append("first"))
    beat.write_soon(last, fail)
    beat.write_soon(last, done.set)
    assert written == []
    await done.wait()
    assert written == ["first", "fails"]
