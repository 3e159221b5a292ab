"""The chart through the real Helm engine: its SDK, which PyPI has as a wheel."""

from pathlib import Path
from typing import Any

import helm_python as helm
import yaml

CHART = Path(__file__).parents[2] / "chart"
RELEASE, NAMESPACE = "whiteboard", "boards"
VALUE_FILES = sorted((CHART / "ci").glob("*.yaml"))
RANDOM = "generated-password"
"""The one file of values whose rendering is not the same twice: without a cluster there is no password to keep."""

Values = dict[str, Any]
Object = dict[str, Any]


def values_of(path: Path) -> Values:
    """Read a file of values."""
    values: Values = yaml.safe_load(path.read_text(encoding="utf-8"))
    return values


def texts(values: Values, release: str = RELEASE) -> dict[str, str]:
    """
    Render the chart as ``helm template`` does: by template, what it gives.

    Raises:
        HelmError: the values are refused; its message says why.
    """
    with helm.Chart.load(CHART) as chart:
        chart.validate_schema(values)
        return chart.render(values, name=release, namespace=NAMESPACE)


def render(values: Values, release: str = RELEASE) -> list[Object]:
    """Return the objects that the chart gives, tests' included."""
    manifests = [text for name, text in texts(values, release).items() if not name.endswith(("NOTES.txt", ".tpl"))]
    return [found for text in manifests for found in yaml.safe_load_all(text) if found]


def find(objects: list[Object], kind: str, ending: str = "") -> Object:
    """Return the one object of a kind whose name ends like this."""
    (found,) = [one for one in objects if one["kind"] == kind and one["metadata"]["name"].endswith(ending)]
    return found


def pod_specs(objects: list[Object]) -> dict[str, Object]:
    """Return the specs of all pods there will be, by kind and name."""
    specs = {f"{one['kind']}/{one['metadata']['name']}": one for one in objects}
    return {
        name: one["spec"] if one["kind"] == "Pod" else one["spec"]["template"]["spec"]
        for name, one in specs.items()
        if one["kind"] in ("Pod", "Deployment", "StatefulSet", "Job", "DaemonSet", "CronJob")
    }
