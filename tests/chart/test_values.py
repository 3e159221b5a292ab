"""What the chart takes and what it refuses, and with which words."""

import base64
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from whiteboard.config import Settings

from tests.chart.api_server import api_server
from tests.chart.rendering import CHART, NAMESPACE, RELEASE, VALUE_FILES, Values, find, render, values_of

README = Path(__file__).parents[2] / "README.md"
EXTERNAL = {"redis": {"enabled": False}, "externalRedis": {"url": "redis://redis.example.org:7000"}}
PRIVATE_STORE_ONLY = {"WHITEBOARD_DATA_DIR"}
"""Settings without a meaning where Redis is shared."""


def env_of(objects: list[dict[str, Any]]) -> dict[str, str]:
    """Return what the backend's container is told."""
    (container,) = find(objects, "Deployment", "backend")["spec"]["template"]["spec"]["containers"]
    told: dict[str, str] = dict(find(objects, "ConfigMap", "backend")["data"])
    return told | {variable["name"]: variable.get("value", "") for variable in container["env"]}


REFUSED: dict[str, tuple[Values, str]] = {
    "unknown value": ({"bakend": {}}, "'bakend' not allowed"),
    "misspelt value": ({"backend": {"drainSecond": 5}}, "'drainSecond' not allowed"),
    "misspelt value of the subchart": ({"redis": {"persistance": {}}}, "'persistance' not allowed"),
    "misspelt password": ({"global": {"redis": {"pasword": "x"}}}, "'pasword' not allowed"),
    "words for a number": ({"backend": {"drainSeconds": "long"}}, "got string, want integer"),
    "grace shorter than the drain": (
        {"backend": {"terminationGracePeriodSeconds": 39}},
        "is 39, but a replica takes up to 40 s to leave: preStopSeconds 5 + drainSeconds 20 + 15. Raise it to 40",
    ),
    "drain longer than a pod's turn": (
        {"backend": {"drainSeconds": 30, "terminationGracePeriodSeconds": 60}},
        "Raise it to backend.drainSeconds.",
    ),
    "deadline within the start": ({"backend": {"progressDeadlineSeconds": 80}}, "progressDeadlineSeconds is 80, but"),
    "autoscaler with fixed replicas": ({"backend": {"replicas": 3}}, "or backend.autoscaling.enabled=false"),
    "autoscaler with nothing to count in": (
        {"backend": {"resources": {"requests": {"cpu": None}}}},
        "counts in backend.resources.requests.cpu",
    ),
    "bounds the wrong way round": (
        {"backend": {"autoscaling": {"maxReplicas": 1}}},
        "maxReplicas is 1, less than minReplicas 2",
    ),
    "memory for nobody": (
        {"backend": {"resources": {"limits": {"memory": "80Mi"}}}},
        "limits.memory is 80Mi: a replica needs 64 MiB and five eighths",
    ),
    "two Redis": ({"externalRedis": EXTERNAL["externalRedis"]}, "Both redis.enabled and externalRedis.url"),
    "no Redis": ({"redis": {"enabled": False}}, "No Redis: set externalRedis.url, or redis.enabled=true."),
    "password set to nothing": ({"global": {"redis": {"password": ""}}}, "global.redis.password is set to nothing"),
    "Secret set to nothing": ({"global": {"redis": {"existingSecret": ""}}}, "existingSecret is set to nothing"),
    "two passwords": (
        {"global": {"redis": {"password": "x"}}, "redis": {"auth": {"generate": True}}},
        "comes from global.redis.password and redis.auth.generate: choose one",
    ),
    "password in the address": (
        {**EXTERNAL, "externalRedis": {"url": "redis://user:secret@host"}},
        "externalRedis.url has a password in it",
    ),
    "password without a user in the address": (
        {**EXTERNAL, "externalRedis": {"url": "rediss://:secret@host:1"}},
        "externalRedis.url has a password in it",
    ),
    "address of something else": ({**EXTERNAL, "externalRedis": {"url": "host:6379"}}, "does not match pattern"),
    "generated password of somebody else's Redis": (
        {**EXTERNAL, "redis": {"enabled": False, "auth": {"generate": True}}},
        "name it in externalRedis.existingSecret",
    ),
    "external Secret without external Redis": ({"externalRedis": {"existingSecret": "x"}}, "set redis.enabled=false"),
    "authority without TLS": (
        {**EXTERNAL, "externalRedis": {"url": "redis://host", "caSecret": "ca"}},
        "begins with rediss://",
    ),
    "Redis without a limit": ({"redis": {"resources": {"limits": {"memory": None}}}}, "missing property 'memory'"),
    "origin with a path": ({"backend": {"allowedOrigins": ["https://a.example/x"]}}, "does not match pattern"),
}


@pytest.mark.parametrize(("values", "told"), REFUSED.values(), ids=REFUSED)
def test_values_are_refused_with_the_sentence_that_helps(values: Values, told: str) -> None:
    """Before anything is installed."""
    with pytest.raises(helm.HelmError, match=re.escape(told)) as refused:
        render(values)
    assert "secret@" not in str(refused.value)


def test_global_values_of_other_charts_are_none_of_ours() -> None:
    """Whoever has this chart in one of their own shares ``global`` with it."""
    assert render({"global": {"imageRegistry": "registry.example.org"}}) == render({})


seconds = st.integers(1, 100)


@given(pre_stop=seconds, drain=seconds, grace=st.integers(1, 250), ready=seconds, deadline=st.integers(1, 300))
@example(pre_stop=5, drain=20, grace=40, ready=20, deadline=81)
@example(pre_stop=5, drain=20, grace=39, ready=20, deadline=81)
@example(pre_stop=5, drain=20, grace=40, ready=19, deadline=81)
@example(pre_stop=5, drain=20, grace=40, ready=20, deadline=80)
def test_what_is_rendered_leaves_time_to_drain(
    pre_stop: int, drain: int, grace: int, ready: int, deadline: int
) -> None:
    """By the server's own sum, whatever the values; and nothing is refused that would do."""
    values = {
        "backend": {
            "preStopSeconds": pre_stop,
            "drainSeconds": drain,
            "terminationGracePeriodSeconds": grace,
            "minReadySeconds": ready,
            "progressDeadlineSeconds": deadline,
        }
    }
    leaving = Settings(drain_seconds=drain, redis_url="redis://").leaving_seconds
    try:
        objects = render(values)
    except helm.HelmRenderError:
        assert grace < pre_stop + leaving or ready < drain or deadline <= 60 + ready
        return
    deployment = find(objects, "Deployment", "backend")["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert env_of(objects)["WHITEBOARD_DRAIN_SECONDS"] == str(drain)
    assert pod["terminationGracePeriodSeconds"] - container["lifecycle"]["preStop"]["sleep"]["seconds"] >= leaving
    assert deployment["minReadySeconds"] >= drain
    startup = container["startupProbe"]["periodSeconds"] * container["startupProbe"]["failureThreshold"]
    assert deployment["progressDeadlineSeconds"] > startup + deployment["minReadySeconds"]
    (policy,) = find(objects, "HorizontalPodAutoscaler")["spec"]["behavior"]["scaleDown"]["policies"]
    assert (policy["type"], policy["value"]) == ("Pods", 1)
    assert drain <= policy["periodSeconds"] <= 1800


def test_defaults_roll_out_one_by_one() -> None:
    """The figures that README names."""
    objects = render({})
    deployment = find(objects, "Deployment", "backend")["spec"]
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    pod = deployment["template"]["spec"]
    assert (deployment["minReadySeconds"], pod["terminationGracePeriodSeconds"]) == (20, 40)
    assert pod["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 5}}
    scaler = find(objects, "HorizontalPodAutoscaler")["spec"]
    assert scaler["minReplicas"] == 2
    assert scaler["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 600
    assert [metric["resource"]["name"] for metric in scaler["metrics"]] == ["cpu"]
    budget = find(objects, "PodDisruptionBudget", "backend")["spec"]
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")


def test_autoscaler_goes_by_connections_too_where_it_is_told_to() -> None:
    """All connections ÷ the target, by the metric that replicas serve; never by how late their loops are."""
    objects = render({"backend": {"autoscaling": {"targetConnections": 5000}}})
    cpu, connections = find(objects, "HorizontalPodAutoscaler")["spec"]["metrics"]
    assert cpu["resource"]["target"] == {"type": "Utilization", "averageUtilization": 70}
    assert connections["pods"]["metric"] == {"name": "whiteboard_connections"}
    assert connections["pods"]["target"] == {"type": "AverageValue", "averageValue": "5000"}


def test_network_lets_through_what_is_needed_and_no_more() -> None:
    """In: http from anywhere, metrics from the cluster; to Redis from replicas alone. Out: names, replicas, Redis."""
    objects = render({})
    backend, frontend, redis = (
        find(objects, "NetworkPolicy", name)["spec"] for name in ("backend", "frontend", "redis")
    )
    assert backend["ingress"][0] == frontend["ingress"][0] == {"ports": [{"port": "http"}]}
    assert backend["ingress"][1:] == [{"from": [{"namespaceSelector": {}}], "ports": [{"port": "metrics"}]}]
    names = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    assert backend["egress"][0] == frontend["egress"][0] == names

    def peers(rules: list[dict[str, Any]], end: str) -> list[str]:
        return [
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/component"] for rule in rules for peer in rule[end]
        ]

    assert peers(backend["egress"][1:], "to") == ["backend", "redis"]
    assert peers(frontend["egress"][1:], "to") == ["backend"]
    assert peers(redis["ingress"], "from") == ["backend"]
    assert redis["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in redis


def test_new_settings_and_a_new_password_are_a_new_roll_out() -> None:
    """Pods carry a checksum of both; what they do not read leaves them alone."""

    def checksums(values: Values, name: str) -> Any:
        kind = "StatefulSet" if name == "redis" else "Deployment"
        return find(render(values), kind, name)["spec"]["template"]["metadata"]["annotations"]

    first, second = ({"global": {"redis": {"password": password}}} for password in ("one", "two"))
    for name in ("backend", "redis"):
        assert checksums({}, name) == checksums({"service": {"type": "NodePort"}}, name)
        assert len({str(checksums(values, name)) for values in ({}, first, second)}) == 3
    assert checksums({}, "backend") != checksums({"backend": {"recoverySeconds": 300}}, "backend")
    assert checksums({}, "redis") != checksums({"redis": {"resources": {"limits": {"memory": "1Gi"}}}}, "redis")


def test_settings_of_the_chart_are_those_of_the_code_and_the_readme() -> None:
    """Each name in all three, and what the chart sets the code takes."""
    told: dict[str, str] = {}
    for path in VALUE_FILES:
        told |= env_of(render(values_of(path)))
    names = {name for name in told if name.startswith("WHITEBOARD_")} | PRIVATE_STORE_ONLY
    assert names == {f"WHITEBOARD_{field.name.upper()}" for field in dataclasses.fields(Settings)}
    assert names == set(re.findall(r"^\| `(WHITEBOARD_\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))


def test_settings_that_the_chart_leaves_alone_are_the_code_s_own() -> None:
    """A default stands in two places and is one."""
    told = env_of(render({}))
    told["WHITEBOARD_ADDRESS"] = told["WHITEBOARD_ADDRESS"].replace("$(POD_IP)", "10.0.0.1")
    settings, own = Settings.read({name: value for name, value in told.items() if name != "POD_IP"}), Settings()
    for name in ("port", "recovery_seconds", "drain_seconds", "admission_per_second", "allowed_origins"):
        assert getattr(settings, name) == getattr(own, name), name


def test_redis_is_the_one_that_the_values_mean() -> None:
    """Its address, its port in the policy, its password's Secret."""
    cases: list[tuple[Values, str, int]] = [
        ({}, "redis://whiteboard-redis:6379", 6379),
        (EXTERNAL, "redis://redis.example.org:7000", 7000),
        ({**EXTERNAL, "externalRedis": {"url": "rediss://u@h/1"}}, "rediss://u@h/1", 6379),
        (
            {**EXTERNAL, "externalRedis": {"url": "rediss://h?db=1", "caSecret": "ca"}},
            "rediss://h?db=1&ssl_ca_certs=/etc/whiteboard/redis-ca/ca.crt",
            6379,
        ),
    ]
    for values, url, port in cases:
        objects = render(values)
        assert env_of(objects)["WHITEBOARD_REDIS_URL"] == url
        assert "WHITEBOARD_REDIS_PASSWORD_FILE" not in env_of(objects)
        assert find(objects, "NetworkPolicy", "backend")["spec"]["egress"][-1]["ports"] == [{"port": port}]
        assert any(one["kind"] == "StatefulSet" for one in objects) == (values == {})


def test_password_goes_into_files_only() -> None:
    """Not into the environment, a command line or a ConfigMap; for our Redis and for another one."""
    for values in ({}, EXTERNAL):
        objects = render({**values, "global": {"redis": {"password": "hush"}}})
        assert find(objects, "Secret")["stringData"] == {"password": "hush"}
        assert [one["kind"] for one in objects if "hush" in json.dumps(one)] == ["Secret"]
        assert env_of(objects)["WHITEBOARD_REDIS_PASSWORD_FILE"] == "/etc/whiteboard/redis/password"


def test_generated_password_stays_with_the_volume() -> None:
    """The volume outlives `helm uninstall`, and would be locked without it."""
    secret = find(render({"redis": {"auth": {"generate": True}}}), "Secret")
    assert re.fullmatch("[A-Za-z0-9]{32}", secret["stringData"]["password"])
    assert secret["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_generated_password_is_kept_on_upgrade() -> None:
    """As the cluster has it; one that has none gets one."""
    kept = base64.b64encode(b"made at the first installation").decode()
    values = {"redis": {"auth": {"generate": True}}}
    with (
        api_server({f"{NAMESPACE}/{RELEASE}-redis": {"data": {"password": kept}}}) as cluster,
        helm.Config(kubeconfig_content=cluster, namespace=NAMESPACE) as config,
        helm.Chart.load(CHART) as chart,
    ):

        def password(release: str) -> str:
            rendered = config.render(chart, values, name=release, namespace=NAMESPACE, is_upgrade=True)
            return str(yaml.safe_load(rendered["whiteboard/templates/secret.yaml"])["stringData"]["password"])

        assert password(RELEASE) == "made at the first installation"
        assert re.fullmatch("[A-Za-z0-9]{32}", password("another"))


@pytest.mark.parametrize(
    ("limit", "bytes_"), [("512Mi", 322122547), ("1Gi", 644245094), ("1.5G", 900000000), ("1000000000", 600000000)]
)
def test_redis_keeps_two_fifths_of_its_memory_for_rewriting_its_file(limit: str, bytes_: int) -> None:
    """``maxmemory`` is 60 % of the limit; nothing is evicted, everything is appended."""
    objects = render({"redis": {"resources": {"limits": {"memory": limit}}}})
    settings = find(objects, "ConfigMap", "redis")["data"]["redis.conf"].splitlines()
    assert {f"maxmemory {bytes_}", "maxmemory-policy noeviction", "appendonly yes"} <= set(settings)


@pytest.mark.parametrize(
    ("backend", "connections"),
    [
        ({}, "20480"),
        ({"resources": {"limits": {"memory": "512Mi"}}}, "8192"),
        ({"resources": {"limits": {"memory": None}}}, None),
        ({"maxConnections": 5000}, "5000"),
    ],
)
def test_connections_are_bounded_by_memory(backend: Values, connections: str | None) -> None:
    """By the arithmetic in values.yaml, whose figures are the measured ones with room to spare."""
    assert env_of(render({"backend": backend})).get("WHITEBOARD_MAX_CONNECTIONS") == connections
    results = json.loads((README.parent / "docs" / "bench" / "results.json").read_text(encoding="utf-8"))
    measured = [
        run["figures"]["kib_a_connection"]
        for run in results["runs"]
        if (run["work"], run["server"]) == ("memory", "ours")
    ]
    assert measured
    assert 2 * max(measured) <= 16


def test_default_images_are_those_that_compose_builds() -> None:
    """Of the chart's appVersion, which is the code's version, and taken from the machine if they are there."""
    from whiteboard import __version__

    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert chart["appVersion"] == __version__
    for component in ("backend", "frontend"):
        (container,) = find(render({}), "Deployment", component)["spec"]["template"]["spec"]["containers"]
        assert (container["image"], container["imagePullPolicy"]) == (
            f"whiteboard-{component}:{__version__}",
            "IfNotPresent",
        )


def test_schema_knows_every_value_and_no_other() -> None:
    """What values.yaml has or mentions; ``global`` is every chart's."""
    for folder in (CHART, CHART / "charts" / "redis"):
        schema = json.loads((folder / "values.schema.json").read_text(encoding="utf-8"))
        text = (folder / "values.yaml").read_text(encoding="utf-8")
        _agree(schema, yaml.safe_load(text), schema["$defs"], text, "")


def _agree(schema: dict[str, Any], values: Any, defs: dict[str, Any], text: str, where: str) -> None:
    schema = defs[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if not isinstance(values, dict) or "properties" not in schema:
        return
    named = set(schema["properties"]) - {"global"}
    assert set(values) - {"global"} <= named, where
    for name in named - set(values):
        assert re.search(rf"\b{name}\b", text), f"{where}.{name} is not documented"
    for name in named & set(values):
        _agree(schema["properties"][name], values[name], defs, text, f"{where}.{name}")
