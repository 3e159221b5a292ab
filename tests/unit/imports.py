"""What the modules of the package import, read from their source."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

BACKEND = Path(__file__).parents[2] / "backend"


class Module(NamedTuple):
    """One source file; ``name`` is dotted, and leaves ``whiteboard`` and ``__init__`` out; ``package`` is what its
    relative imports begin at."""

    name: str
    package: tuple[str, ...]
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The package or module right under ``whiteboard`` that it is, or belongs to."""
        return self.name.partition(".")[0]

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield each import's line and the absolute name that it names, those in functions and for types included."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = [*self.package[: len(self.package) - node.level + 1]] if node.level else []
                base += node.module.split(".") if node.module else []
                yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


@functools.cache
def modules(backend: Path = BACKEND) -> list[Module]:
    """Return the modules of the package under ``backend``, the package itself left out; a folder is read once."""
    found = []
    for path in sorted((backend / "whiteboard").rglob("*.py")):
        *package, module = path.relative_to(backend).with_suffix("").parts
        parts = package[1:] if module == "__init__" else [*package[1:], module]
        if parts:
            found.append(Module(".".join(parts), tuple(package), path, ast.parse(path.read_bytes())))
    return found


def own(imported: str) -> str:
    """Return an imported name without ``whiteboard.``; nothing if it is not of the package, or is the package's own."""
    name = imported.removeprefix("whiteboard.")
    return "" if name in (imported, "__version__") else name


def plant(backend: Path, files: dict[str, str]) -> None:
    """Write source files of a package under ``backend``, by name: ``domain/board.py``."""
    for name, text in files.items():
        path = backend / "whiteboard" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
