"""What hypothesis makes ops of."""

from typing import Any

from hypothesis import strategies as st
from whiteboard.domain.ops import Add, AnyOp, Clear, Grow, Remove, Update

CLIENTS = ("anna", "ben")

coordinates = st.floats(-1_000_000, 1_000_000)
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=4).map(
    lambda pairs: [coordinate for pair in pairs for coordinate in pair]
)
colors = st.sampled_from(("black", "red", "#00ff7f"))
widths = st.floats(0.1, 200.0)
_clients = st.sampled_from(CLIENTS)
# Few ids: ops must often meet elements that are there, and some that are gone.
op_ids = st.sampled_from([f"{client}:{n}" for client in CLIENTS for n in (1, 2)])
_optional = {"opacity": st.floats(0, 1), "z": st.integers(-3, 3)}
_transforms = st.lists(st.floats(-1e9, 1e9), min_size=6, max_size=6)
_rectangles = dict.fromkeys(("x", "y", "w", "h"), coordinates)
_texts = st.text(st.characters(exclude_categories=("C", "Zl", "Zp"), include_characters="\n"), max_size=20)
_sizes = st.floats(4, 400)
_angles = st.floats(-100, 100)


def _kind(
    kind: str, required: dict[str, st.SearchStrategy], **optional: st.SearchStrategy
) -> st.SearchStrategy[dict[str, object]]:
    needed = {"kind": st.just(kind), "color": colors, **required}
    return st.fixed_dictionaries(needed, optional={**_optional, **optional})


def _pressed(drawn: tuple[dict[str, Any], float]) -> dict[str, Any]:
    fields, pressure = drawn
    return {**fields, "pressures": [pressure] * (len(fields["points"]) // 2)}


_presses = st.floats(0, 1)
_PATHS = {"points": points, "width": widths}
_LINES = {**_rectangles, "width": widths}
_TEXTS = {**_rectangles, "text": _texts, "size": _sizes}
elements = st.one_of(
    _kind("stroke", _PATHS, transform=_transforms),
    st.tuples(_kind("stroke", _PATHS), _presses).map(_pressed),
    _kind("highlighter", _PATHS, transform=_transforms),
    _kind("line", _LINES),
    _kind("arrow", _LINES),
    _kind("rectangle", _LINES, angle=_angles, fill=colors),
    _kind("diamond", _LINES, angle=_angles, fill=colors),
    _kind("ellipse", _LINES, angle=_angles, fill=colors),
    _kind("text", _TEXTS, angle=_angles),
    _kind("note", {**_TEXTS, "fill": colors}, angle=_angles),
)
_holograms = st.fixed_dictionaries({"kind": st.just("hologram"), "spin": st.integers(0, 9)})
_settable = {
    **_LINES,
    **_TEXTS,
    **_optional,
    "color": colors,
    "fill": colors,
    "angle": _angles,
    "transform": _transforms,
}
_props = st.fixed_dictionaries({}, optional={**_settable, "id": st.just("x:1")})

adds = st.builds(Add, id=op_ids, by=_clients, element=elements)
holograms = st.builds(Add, id=op_ids, by=_clients, element=_holograms)
_growths = {"id": op_ids, "by": _clients, "element": op_ids, "points": points}
_pressed_growths = st.tuples(st.fixed_dictionaries(_growths), _presses).map(_pressed)
grows = st.one_of(st.builds(Grow, **_growths), _pressed_growths.map(lambda fields: Grow(**fields)))
settings = st.builds(
    Update,
    id=op_ids,
    by=_clients,
    element=op_ids,
    props=st.fixed_dictionaries(
        {"color": colors}, optional={name: _settable[name] for name in _settable if name != "color"}
    ),
)
updates = st.builds(Update, id=op_ids, by=_clients, element=op_ids, props=_props)
removes = st.builds(Remove, id=op_ids, by=_clients, elements=st.lists(op_ids, min_size=1, max_size=3))
clears = st.builds(Clear, id=op_ids, by=_clients)

_KINDS = (adds, adds, adds, grows, grows, grows, grows, grows, updates, holograms, removes, clears)
ops: st.SearchStrategy[AnyOp] = st.sampled_from(range(len(_KINDS))).flatmap(lambda kind: _KINDS[kind])
logs: st.SearchStrategy[list[AnyOp]] = st.lists(ops, min_size=1, max_size=20)
