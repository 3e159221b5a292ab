"""What the set-up does on machines that lack something. The scripts are copied, so that nothing of ours is touched."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE = shutil.which("node", path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}") or "node"
NODES = {"18.20.8": False, "20.18.3": False, "20.19.0": True, "21.7.3": False, "22.11.0": False, "22.12.0": True}
NODES |= {"24.0.0": True}


def program(path: Path, text: str) -> None:
    """Write a shell program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def script(folder: Path, name: str) -> Path:
    """Copy a script to where it takes a folder for the project's."""
    path = folder / "scripts" / name
    path.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / "scripts" / name, path)
    return path


def run(path: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run a script with nothing on PATH but the test's ``bin`` and the system's own tools."""
    tools = path.parents[1] / "tools"
    tools.mkdir(exist_ok=True)
    for tool in ("sh", "dirname", "ln", "tr"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    env = {"PATH": f"{path.parents[1] / 'bin'}{os.pathsep}{tools}", **env}
    return subprocess.run([str(path), *arguments], env=env, check=False, capture_output=True, text=True, timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project's folder, with a space in its path."""
    folder = tmp_path / "a project"
    (folder / "frontend").mkdir(parents=True)
    return folder


def test_python_that_cannot_make_environments_is_one_line(folder: Path) -> None:
    """As on Debian without python3-venv: it says what to install, and nothing is begun."""
    program(folder / "bin" / "python3", f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"')
    done = run(script(folder, "venv.sh"), "run")
    (line,) = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert line.startswith("whiteboard: python3 cannot make virtual environments")
    assert "python3-venv" in line
    assert not (folder / ".venv").exists()


@pytest.mark.parametrize("old", [True, False], ids=["too old", "none"])
def test_machine_without_a_new_python_is_one_line(folder: Path, old: bool) -> None:
    """It says which Python is needed, and how to name one."""
    if old:
        program(folder / "bin" / "python3", "exit 1")
    done = run(script(folder, "venv.sh"), "run")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "whiteboard: install Python 3.11 or newer (or name it: make PYTHON=…)\n"


@pytest.mark.parametrize(("version", "suits"), NODES.items())
def test_node_of_path_is_taken_when_it_suits(folder: Path, version: str, suits: bool) -> None:
    """Else that of PyPI's wheel is: its npm runs, with its own Node linked."""
    disguise = folder / "disguise.cjs"
    disguise.write_text(f"Object.defineProperty(process, 'versions', {{ value: {{ node: '{version}' }} }});")
    program(folder / "bin" / "node", f'exec "{NODE}" --require "{disguise}" "$@"')
    program(folder / "bin" / "npm", 'echo "npm of PATH: $*"')
    environment = folder / ".venv" / "bin"
    program(environment / "python", "echo /the/wheel")
    program(folder / "wheel" / "npm", 'echo "npm of the wheel: $*"')
    program(folder / "scripts" / "venv.sh", f'ln -s "{folder}/wheel/npm" "{environment}"; echo "venv.sh $*"')
    done = run(script(folder, "npm.sh"), "ci", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    if suits:
        assert done.stdout == "npm of PATH: ci --quiet\n"
    else:
        assert done.stdout == "Installing Node\nvenv.sh node\nnpm of the wheel: ci --quiet\n"
        assert (environment / "node").readlink() == Path("/the/wheel/bin/node")


@pytest.mark.parametrize("bases", [(), ("debian",)], ids=["published bases", "debian"])
def test_images_are_built_with_the_options_that_are_given(folder: Path, bases: tuple[str, ...]) -> None:
    """Both of ours; with what the bases add, not in its place."""
    program(folder / "bin" / "podman", 'echo "$@"')
    done = run(script(folder, "images.sh"), *bases, "--build-arg", "OF=MINE")
    assert (done.returncode, done.stderr) == (0, "")
    builds = [line for line in done.stdout.splitlines() if "--tag whiteboard-" in line]
    assert len(builds) == 2
    for line in builds:
        assert "--build-arg OF=MINE" in line
        assert line.count("localhost/whiteboard-base-") == (3 if bases else 0)


def test_package_names_the_node_that_the_script_takes() -> None:
    """Those above, and no others: what the build's tools say."""
    assert json.loads((ROOT / "frontend" / "package.json").read_text())["engines"]["node"] == "^20.19.0 || >=22.12.0"
