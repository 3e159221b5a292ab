"""What hypothesis makes ops of."""

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
_strokes = st.fixed_dictionaries({"kind": st.just("stroke"), "points": points, "color": colors, "width": widths})
_holograms = st.fixed_dictionaries({"kind": st.just("hologram"), "spin": st.integers(0, 9)})
_props = st.fixed_dictionaries({}, optional={"color": colors, "width": widths, "id": st.just("x:1")})

strokes = st.builds(Add, id=op_ids, by=_clients, element=_strokes)
holograms = st.builds(Add, id=op_ids, by=_clients, element=_holograms)
grows = st.builds(Grow, id=op_ids, by=_clients, element=op_ids, points=points)
updates = st.builds(Update, id=op_ids, by=_clients, element=op_ids, props=_props)
removes = st.builds(Remove, id=op_ids, by=_clients, elements=st.lists(op_ids, min_size=1, max_size=3))
clears = st.builds(Clear, id=op_ids, by=_clients)

_KINDS = (strokes, strokes, strokes, grows, grows, grows, grows, grows, updates, holograms, removes, clears)
ops: st.SearchStrategy[AnyOp] = st.sampled_from(range(len(_KINDS))).flatmap(lambda kind: _KINDS[kind])
logs: st.SearchStrategy[list[AnyOp]] = st.lists(ops, min_size=1, max_size=20)
