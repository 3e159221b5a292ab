"""Which browser the tests take, and what happens where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.e2e import chromium


class Machine:
    """What is installed, and what has been asked to be."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.monkeypatch = monkeypatch
        self.asked: list[str] = []
        self.works: dict[str, Path] = {}
        """What an installation brings, by the program that is asked for it."""
        self.own = folder / "playwright" / "chrome"
        monkeypatch.setattr(chromium, "PLACES", (str(folder / "usr" / "chromium"),))
        monkeypatch.setattr("shutil.which", self._which)
        monkeypatch.setattr(chromium, "sync_playwright", self._playwright)
        monkeypatch.setattr(chromium, "_runs", self._runs)
        monkeypatch.setattr("os.geteuid", lambda: 0)
        monkeypatch.delenv("CI", raising=False)

    def has(self, *programs: str, starts: bool = True) -> list[Path]:
        """Put programs where they are looked for, as ``usr/chromium``."""
        for program in programs:
            path = self.folder / program
            path.parent.mkdir(exist_ok=True)
            path.write_text("starts" if starts else "")
        return [self.folder / program for program in programs]

    def _which(self, name: str) -> str | None:
        path = self.folder / "path" / name
        return str(path) if path.exists() else None

    @contextmanager
    def _playwright(self) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(chromium=SimpleNamespace(executable_path=str(self.own)))

    def _runs(self, command: list[str], *, silent: bool = True) -> bool:
        if command[-1] == "--version":
            return Path(command[0]).read_text() == "starts"
        asked = "playwright" if "playwright" in command else " ".join(["apt-get", *command[4:5], *command[6:]])
        self.asked.append(asked)
        if asked in self.works:
            self.has(str(self.works[asked].relative_to(self.folder)))
        return asked in self.works


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """One without any browser, on which no installation works."""
    return Machine(tmp_path, monkeypatch)


def test_installed_browser_comes_before_playwright_s(machine: Machine) -> None:
    """In its usual place, then on PATH; one that does not start is passed over."""
    assert chromium.find_chromium() is None
    (own,) = machine.has("playwright/chrome")
    assert chromium.find_chromium() == own
    (found,) = machine.has("path/google-chrome")
    assert chromium.find_chromium() == found
    (placed,) = machine.has("usr/chromium")
    assert chromium.find_chromium() == placed
    machine.has("usr/chromium", starts=False)
    assert chromium.find_chromium() == found
    assert machine.asked == []


def test_nothing_is_installed_where_there_is_one(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is anything said."""
    machine.has("usr/chromium")
    assert chromium.main() == 0
    assert machine.asked == []
    assert capsys.readouterr().err == ""


def test_playwright_s_is_installed_before_the_distribution_s(machine: Machine) -> None:
    """And that of the distribution only where Playwright's cannot be had."""
    machine.works["playwright"] = machine.own
    assert chromium.main() == 0
    assert machine.asked == ["playwright"]


@pytest.mark.parametrize("package", chromium.PACKAGES)
def test_root_on_debian_gets_the_distribution_s(machine: Machine, package: str) -> None:
    """Last of all: the headless shell, or where there is none the whole browser."""
    machine.works[f"apt-get install {package}"] = machine.folder / "usr" / "chromium"
    machine.monkeypatch.setattr(chromium, "DEBIAN", machine.has("usr/debian_version")[0])
    assert chromium.main() == 0
    packages = chromium.PACKAGES[: chromium.PACKAGES.index(package) + 1]
    assert machine.asked == ["playwright", "apt-get update", *(f"apt-get install {name}" for name in packages)]


@pytest.mark.parametrize(("user", "debian"), [(1000, True), (0, False)])
def test_nobody_else_s_system_is_touched(machine: Machine, user: int, debian: bool) -> None:
    """Not by a user who may not, nor where there is no apt-get."""
    machine.monkeypatch.setattr("os.geteuid", lambda: user)
    machine.monkeypatch.setattr(chromium, "DEBIAN", machine.has("usr/debian_version")[0] if debian else Path("none"))
    assert chromium.main() == 0
    assert machine.asked == ["playwright"]


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_machine_without_a_browser_is_told_loudly_and_fails_ci(
    machine: Machine, capsys: pytest.CaptureFixture[str], ci: str, status: int
) -> None:
    """One line between stars; the tests are skipped, but in CI nothing goes on."""
    machine.monkeypatch.setenv("CI", ci)
    assert chromium.main() == status
    assert capsys.readouterr().err.splitlines()[-2:] == [f"*** {chromium.NONE_FOUND} ***", ""]
