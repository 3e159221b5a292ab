"""The drawing on README's picture: what two people draw, as strokes in CSS pixels of a window of 1440 × 900."""

import math
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

Way = list[tuple[float, float]]


class Stroke(NamedTuple):
    """A stroke and what it is drawn with, by the names of the page's buttons."""

    color: str
    width: str
    way: Way


def curve(*anchors: tuple[float, float], step_px: float = 10.0) -> Way:
    """Return a smooth way through the anchors (Catmull-Rom)."""
    points = [anchors[0], *anchors, anchors[-1]]
    way: Way = []
    for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False):
        steps = max(2, round(math.dist(b, c) / step_px))
        way += [_between(a, b, c, d, i / steps) for i in range(steps)]
    return [*way, anchors[-1]]


def _between(a: tuple, b: tuple, c: tuple, d: tuple, t: float) -> tuple[float, float]:
    x, y = (
        0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2 + (3 * q - p - 3 * r + s) * t**3)
        for p, q, r, s in zip(a, b, c, d, strict=True)
    )
    return x, y


def straight(*anchors: tuple[float, float], step_px: float = 16.0) -> Way:
    """Return the lines between the anchors."""
    way: Way = []
    for (x, y), end in pairwise(anchors):
        steps = max(1, round(math.dist((x, y), end) / step_px))
        way += [(x + (end[0] - x) * i / steps, y + (end[1] - y) * i / steps) for i in range(steps)]
    return [*way, anchors[-1]]


def loop(x: float, y: float, radius: float, *, turns: float = 1.06, start: float = -1.2) -> Way:
    """Return a circle as a hand draws it: it does not quite meet itself."""
    count = max(14, round(radius * turns / 2))
    return [
        (
            x + (radius + 2 * math.sin(3 * angle)) * math.cos(angle),
            y + (radius + 1.5 * math.cos(2 * angle)) * math.sin(angle),
        )
        for angle in (start + turns * math.tau * i / count for i in range(count + 1))
    ]


def rays(x: float, y: float, near: float, far: float) -> Iterator[Way]:
    """Yield what stands around a sun: twelve lines, none quite as long as the next."""
    dice = random.Random(7)
    for i in range(12):
        angle = math.tau * i / 12 + 0.13
        end = far + dice.uniform(-8, 12)
        yield [(x + r * math.cos(angle), y + r * math.sin(angle)) for r in (near, (near + end) / 2, end)]


def wave(left: float, right: float, y: float, height: float, length: float, phase: float) -> Way:
    """Return a line of waves."""
    return [
        (x, y + height * math.sin(math.tau * x / length + phase) + 2 * math.sin(x / 97))
        for x in (left + 14 * i for i in range(int((right - left) / 14)))
    ]


def ann() -> Iterator[Stroke]:
    """Yield what the first one draws: the mountains, the house, the greeting."""
    ridge = [(70, 470), (170, 372), (232, 300), (300, 232), (352, 290), (420, 352), (500, 270), (560, 212), (640, 300)]
    yield Stroke("Grey", "Medium", curve(*ridge, (720, 380), (800, 440), (862, 474)))
    yield Stroke("Grey", "Fine", curve((256, 283), (282, 300), (300, 282), (318, 304), (338, 276)))
    yield Stroke("Grey", "Fine", curve((516, 258), (540, 280), (560, 258), (584, 286), (608, 264)))
    yield Stroke("Green", "Broad", curve((60, 502), (180, 478), (330, 492), (470, 476), (600, 494), (700, 488)))
    yield Stroke("Black", "Medium", straight((184, 414), (182, 480), (284, 482), (281, 416)))
    yield Stroke("Red", "Bold", straight((162, 420), (232, 352), (304, 422)))
    yield Stroke("Blue", "Fine", straight((200, 430), (201, 454), (226, 453), (225, 429), (200, 431)))
    yield Stroke("Orange", "Medium", straight((244, 479), (244, 440), (264, 440), (264, 479)))
    for x, y, size in ((392, 424, 30), (448, 432, 22), (640, 440, 26)):
        yield Stroke("Orange", "Medium", [(x, y + 12), (x + 1, y + size + 24)])
        yield Stroke("Green", "Broad", loop(x, y - size / 2, size / 2.2, turns=1.8))
    yield Stroke("Violet", "Medium", [(x, y + 40) for x, y in HELLO])


def ben() -> Iterator[Stroke]:
    """Yield what the second one draws: the sun, the sea, the boats, the birds."""
    yield Stroke("Orange", "Medium", loop(1110, 222, 58))
    for way in rays(1110, 222, 80, 108):
        yield Stroke("Orange", "Medium", way)
    for row in range(6):
        y = 548 + 38 * row
        left, right = (70 + 22 * (row % 2), 1370 - 26 * (row % 3))
        if row < 2:
            yield Stroke("Blue", "Fine", wave(left, 850, y, 5, 86, row))
            yield Stroke("Blue", "Fine", wave(1150, right, y, 5, 86, row))
        else:
            yield Stroke("Blue", ("Fine", "Medium")[row % 2], wave(left, right, y, 5 + row, 86 + 9 * row, row))
    yield Stroke("Red", "Bold", curve((874, 540), (902, 592), (1090, 594), (1128, 538), step_px=16))
    yield Stroke("Red", "Bold", curve((876, 541), (1000, 548), (1126, 539), step_px=16))
    yield Stroke("Black", "Medium", [(1000, 540), (1001, 470), (1000, 356)])
    yield Stroke("Black", "Fine", curve((1012, 372), (1080, 446), (1104, 512), (1050, 520), (1012, 518), step_px=12))
    for left, right, y in ((1014, 1038, 408), (1014, 1064, 436), (1014, 1082, 464), (1014, 1094, 492)):
        yield Stroke("Pink", "Medium", straight((left, y), (right, y + 3)))
    yield Stroke("Black", "Fine", curve((988, 390), (946, 460), (924, 514), (960, 520), (988, 518), step_px=12))
    yield Stroke("Violet", "Medium", curve((1000, 356), (1030, 362), (1052, 352), (1026, 376), (1001, 378)))
    for x, y, size in ((760, 170, 22), (826, 142, 16), (876, 186, 14), (1280, 330, 18)):
        wings = ((x - size, y - size / 3), (x - size / 2, y - size / 1.6), (x, y), (x + size / 2, y - size / 1.5))
        yield Stroke("Black", "Fine", curve(*wings, (x + size, y - size / 3), step_px=5))


# "hello" in one stroke.
# fmt: off
HELLO = curve(
    (86, 168), (112, 132), (124, 84), (112, 68), (102, 100), (100, 172), (108, 138), (126, 128), (134, 148),
    (136, 172), (152, 164), (174, 144), (176, 128), (160, 128), (154, 150), (166, 172), (190, 160), (214, 108),
    (216, 72), (203, 76), (200, 120), (206, 166), (222, 166), (246, 112), (250, 74), (237, 74), (232, 118),
    (238, 166), (252, 170), (268, 150), (280, 130), (266, 136), (264, 160), (278, 172), (294, 158), (292, 134),
    (278, 130), (298, 140), (322, 132),
    step_px=6,
)
