"""Our images as the chart and compose run them, by podman or docker, on the machine's network."""

import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Self

from whiteboard import __version__

from tests.integration.replica import GunicornReplica

SAFELY = ("--network=host", "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")


class Engine:
    """What runs containers."""

    def __init__(self, program: str) -> None:
        self._program = program

    @classmethod
    def found(cls) -> Self | None:
        """Return podman, else docker, else nothing."""
        program = shutil.which("podman") or shutil.which("docker")
        return cls(program) if program else None

    def has(self, *images: str) -> bool:
        """Tell whether the images are there."""
        return self._run("image", "inspect", *map(_tagged, images)).returncode == 0

    def refusal(self, image: str) -> str:
        """Return why no container runs here, nothing if one does."""
        return self._run("run", "--rm", "--network=host", "--entrypoint=/bin/true", _tagged(image)).stderr.strip()

    def command(self, image: str, name: str, settings: dict[str, str], *options: str) -> list[str]:
        """Return what runs a container in the foreground: it gets the signals, and its exit code is returned."""
        told = [f"--env={key}={value}" for key, value in settings.items()]
        return [self._program, "run", "--rm", f"--name={name}", *SAFELY, *told, *options, _tagged(image)]

    def execute(self, name: str, *command: str) -> str:
        """Run a command in a container that runs; return what it writes."""
        done = self._run("exec", name, *command)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def read(self, image: str, path: str) -> str:
        """Return a file of an image."""
        return self._run("run", "--rm", "--network=host", "--entrypoint=/bin/cat", _tagged(image), path).stdout

    def kill(self, name: str) -> None:
        """End a container, if it still runs; it is gone then."""
        self._run("kill", name)

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([self._program, *arguments], check=False, capture_output=True, text=True, timeout=60)


class ContainerReplica(GunicornReplica):
    """A replica in the backend's image."""

    def __init__(self, engine: Engine, folder: Path, host: str, port: int, **settings: str) -> None:
        super().__init__(folder, host=host, port=str(port), **settings)
        self.host = host
        self.container = new_name()
        self._engine = engine
        for name in ("HOME", "XDG_RUNTIME_DIR"):  # of this machine
            del self._settings[name]
        self._settings["WEB_CONCURRENCY"] = "4"

    def command(self) -> list[str]:
        return self._engine.command("backend", self.container, self._settings)

    def execute(self, *command: str) -> str:
        """Run a command beside it."""
        return self._engine.execute(self.container, *command)

    def end(self) -> None:
        """End it whatever has become of it."""
        self._engine.kill(self.container)
        self.process.wait()


def new_name() -> str:
    """Return a name that no container has."""
    return f"whiteboard-test-{secrets.token_hex(6)}"


def _tagged(image: str) -> str:
    return f"whiteboard-{image}:{__version__}"
