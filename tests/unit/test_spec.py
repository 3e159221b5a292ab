"""Every rule of the wire is carried by a test, and no test carries a rule that is none."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "backend/whiteboard/protocol/SPEC.md"
VECTORS = ROOT / "tests/vectors/board.json"

RULE = re.compile(r"^- \*\*([A-Z][0-9]+[a-z]?)\*\* ", re.MULTILINE)
CARRIED = re.compile(r"\[([A-Z][0-9]+[a-z]?)\]")


def rules(spec: str) -> list[str]:
    """Return the ids of the rules, in the order of the text."""
    return RULE.findall(spec)


def carried_by_python(source: str) -> Iterator[tuple[str, str]]:
    """Yield (rule, test) for each id in square brackets in a test's docstring."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for rule in CARRIED.findall(ast.get_docstring(node) or ""):
                yield rule, node.name


def carried_by_typescript(source: str) -> Iterator[tuple[str, str]]:
    """Yield (rule, title) for each id in square brackets in a title of ``test`` or ``describe``."""
    for title in re.findall(r"""\b(?:test|it|describe)(?:\.\w+)?(?:<.*?>)?\(.*?(["'`].*?["'`]),""", source, re.DOTALL):
        for rule in CARRIED.findall(title):
            yield rule, title


def carried() -> set[tuple[str, str]]:
    """Return what the whole project's tests carry, the shared vectors included: each is a test in two languages."""
    found: set[tuple[str, str]] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.update(carried_by_python(path.read_text(encoding="utf-8")))
    for path in (ROOT / "frontend/tests").rglob("*.test.ts"):
        found.update(carried_by_typescript(path.read_text(encoding="utf-8")))
    for vector in json.loads(VECTORS.read_text(encoding="utf-8")):
        found.update((rule, vector["name"]) for rule in CARRIED.findall(vector["name"]))
    return found


def test_rules_have_ids_of_their_own() -> None:
    """No id stands for two rules."""
    found = rules(SPEC.read_text(encoding="utf-8"))
    assert found
    assert sorted(set(found)) == sorted(found)


def test_every_rule_is_carried_by_a_test() -> None:
    """What nobody tests is prose."""
    proven = {rule for rule, _ in carried()}
    assert [rule for rule in rules(SPEC.read_text(encoding="utf-8")) if rule not in proven] == []


def test_every_id_is_a_rule() -> None:
    """A rule that has been renamed or dropped leaves no test behind that claims it."""
    known = set(rules(SPEC.read_text(encoding="utf-8")))
    assert sorted((rule, test) for rule, test in carried() if rule not in known) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('def test_a():\n    """[L1] One. [O2] Two."""', ["L1", "O2"]),
        ('async def test_a():\n    """[L1] One."""', ["L1"]),
        ('class TestA:\n    def test_a(self):\n        """[L1] One."""', ["L1"]),
        ('def helper():\n    """[L1] No test."""', []),
        ('def test_a():\n    """L1 [x] [12] no id."""\n    # [L2]\n    return "[L3]"', []),
        ("def test_a(): pass", []),
    ],
)
def test_ids_are_found_in_docstrings_of_tests_alone(source: str, found: list[str]) -> None:
    """A comment or a helper proves nothing."""
    assert [rule for rule, _ in carried_by_python(source)] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('test("[L1] one", () => {});', ["L1"]),
        ("describe('[L1] one', () => {\n  it(`[O2] two`, async () => {});\n});", ["L1", "O2"]),
        ('test.each<Op>([\n  { op: "add" },\n])("[O7] %j changes nothing", (op) => {});', ["O7"]),
        ("const a = b[L1]; // test [L2]", []),
    ],
)
def test_ids_are_found_in_titles_of_tests_alone(source: str, found: list[str]) -> None:
    """The page's tests carry rules in their titles."""
    assert [rule for rule, _ in carried_by_typescript(source)] == found
