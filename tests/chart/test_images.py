"""The Dockerfile and the compose files, held against the chart and the code; ``make images`` builds and runs them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from whiteboard import __version__
from whiteboard.config import Settings

from tests.chart.rendering import find, render

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OVERRIDES = ("password", "cross-origin")


class _Loader(yaml.SafeLoader):
    """Reads compose's tag for «in place of», too."""


def _sequence(loader: _Loader, node: yaml.Node) -> list[Any]:
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node)


_Loader.add_constructor("!override", _sequence)


def compose(name: str = "docker-compose") -> dict[str, Any]:
    """Return a compose file's services."""
    read: dict[str, Any] = yaml.load((ROOT / f"{name}.yaml").read_text(encoding="utf-8"), _Loader)
    return read


def test_images_have_the_version_of_the_code() -> None:
    """In their labels, and in the names that compose and `make images` give them, which are the chart's."""
    assert re.findall(r'image\.version="(.*)"', DOCKERFILE) == [__version__] * 2
    script = (ROOT / "scripts" / "images.sh").read_text(encoding="utf-8")
    assert re.findall(r"whiteboard-\$target:(\S+)", script) == [__version__]
    for component in ("backend", "frontend"):
        (container,) = find(render({}), "Deployment", component)["spec"]["template"]["spec"]["containers"]
        service = compose()["services"][component]
        assert service["image"] == container["image"] == f"whiteboard-{component}:{__version__}"
        assert f" AS {service['build']['target']}\n" in DOCKERFILE
    assert (
        compose()["services"]["redis"]["image"]
        == find(render({}), "StatefulSet")["spec"]["template"]["spec"]["containers"][0]["image"]
    )


def test_images_run_as_the_users_that_the_chart_names() -> None:
    """By number: Kubernetes cannot tell whether a name is root's."""
    users = re.findall(r"^USER (\d+):\1$", DOCKERFILE, re.MULTILINE)
    pods = [
        find(render({}), "Deployment", component)["spec"]["template"]["spec"] for component in ("backend", "frontend")
    ]
    assert users == [str(pod["securityContext"]["runAsUser"]) for pod in pods]


def test_only_the_frontend_is_published() -> None:
    """Redis is on a network of its own without a way out."""
    services = compose()["services"]
    assert {name: service["ports"] for name, service in services.items() if "ports" in service} == {
        "frontend": ["3000:8080"]
    }
    assert services["redis"]["networks"] == ["store"]
    assert compose()["networks"]["store"] == {"internal": True}
    assert "--appendonly" in services["redis"]["command"]
    assert "healthcheck" in services["redis"]


def test_compose_waits_for_drains() -> None:
    """The server's own sum, of its default window."""
    backend = compose()["services"]["backend"]
    grace = int(backend["stop_grace_period"].removesuffix("s"))
    assert grace >= Settings.read({**backend["environment"]}).leaving_seconds


@pytest.mark.parametrize("name", OVERRIDES)
def test_overrides_set_what_the_server_takes(name: str) -> None:
    """And stand beside the first file as their own first lines say."""
    file = f"docker-compose.{name}"
    override = compose(file)
    assert set(override["services"]) <= set(compose()["services"])
    environ = compose()["services"]["backend"]["environment"] | override["services"]["backend"]["environment"]
    password = environ.pop("WHITEBOARD_REDIS_PASSWORD_FILE", None)
    Settings.read(environ)
    assert (password == "/run/secrets/redis-password") == (name == "password")
    text = (ROOT / f"{file}.yaml").read_text(encoding="utf-8")
    assert f"docker compose -f docker-compose.yaml -f {file}.yaml up --build" in text
