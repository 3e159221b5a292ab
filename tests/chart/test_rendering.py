"""What the chart renders, over the matrix of values in ``chart/ci/``."""

from pathlib import Path

import helm_python as helm
import pytest

from tests.chart import restricted, schemas
from tests.chart.rendering import CHART, RANDOM, VALUE_FILES, Object, find, pod_specs, render, texts, values_of

matrix = pytest.mark.parametrize("path", VALUE_FILES, ids=lambda path: path.stem)


@matrix
def test_helm_lint_finds_nothing(path: Path) -> None:
    """Warnings count too; on the oldest Kubernetes that the chart is for."""
    version = ".".join(map(str, schemas.OLDEST))
    report = helm.lint(CHART, values_of(path), strict=True, with_subcharts=True, kube_version=f"v{version}.0")
    assert report["errors"] == []
    assert [message for message in report["messages"] if message["severity"] > 1] == []


@matrix
def test_every_object_is_one_that_kubernetes_takes(path: Path) -> None:
    """By its own schemas, from 1.30 to the newest, unknown fields refused."""
    assert (schemas.VERSIONS[0], len(schemas.VERSIONS)) >= ("1.30", 8)
    objects = render(values_of(path))
    assert [
        wrong for version in schemas.VERSIONS for one in objects for wrong in schemas.complaints(one, version)
    ] == []


def test_schemas_find_a_planted_fault() -> None:
    """A misspelt field, a number where words belong."""
    for plant in ({"replica": 3}, {"replicas": "three"}):
        deployment = find(render({}), "Deployment", "backend")
        deployment["spec"] |= plant
        assert all(schemas.complaints(deployment, version) for version in schemas.VERSIONS)


@matrix
def test_pods_are_restricted(path: Path) -> None:
    """Pod Security's strictest level, and a root that cannot be written to; no token, no Services' names."""
    specs = pod_specs(render(values_of(path)))
    assert specs
    assert {name: found for name, spec in specs.items() if (found := list(restricted.violations(spec)))} == {}
    for spec in specs.values():
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in spec["containers"])


def test_restricted_finds_planted_faults() -> None:
    """Each of what our pods might do wrong."""
    faults: list[Object] = [
        {"hostNetwork": True},
        {"securityContext": {}},
        {"volumes": [{"name": "host", "hostPath": {"path": "/"}}]},
    ]
    for fault in faults:
        (spec,) = (s for name, s in pod_specs(render({})).items() if name == "Deployment/whiteboard-backend")
        assert list(restricted.violations(spec | fault))
    faults = [{"capabilities": {}}, {"allowPrivilegeEscalation": True}, {"privileged": True}, {"runAsUser": 0}]
    for fault in faults:
        (spec,) = (s for name, s in pod_specs(render({})).items() if name == "Deployment/whiteboard-backend")
        spec["containers"][0]["securityContext"] |= fault
        assert list(restricted.violations(spec))


@matrix
def test_rendering_twice_gives_the_same_bytes(path: Path) -> None:
    """GitOps compares them. Only a password that is made anew differs, and what follows from it."""
    first, second = texts(values_of(path)), texts(values_of(path))
    differing = [name for name in first if first[name] != second[name]]
    assert differing == (["whiteboard/templates/secret.yaml"] if path.stem == RANDOM else [])


@matrix
def test_selectors_choose_the_pods_that_they_mean(path: Path) -> None:
    """Services, workloads, budgets and policies: each by the labels of exactly one component's pods."""
    objects = render(values_of(path))
    pods = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in objects
        if one["kind"] in ("Deployment", "StatefulSet")
    }

    def chosen(selector: Object) -> list[str]:
        return [name for name, labels in pods.items() if selector.items() <= labels.items()]

    for one in objects:
        name, spec = one["metadata"]["name"], one.get("spec", {})
        match one["kind"]:
            case "Deployment" | "StatefulSet" | "PodDisruptionBudget":
                assert chosen(spec["selector"]["matchLabels"]) == [name]
            case "NetworkPolicy":
                assert chosen(spec["podSelector"]["matchLabels"]) == [name]
                peers = [peer for rule in spec.get("ingress", []) for peer in rule.get("from", [])]
                peers += [peer for rule in spec.get("egress", []) for peer in rule.get("to", [])]
                ours = [peer["podSelector"]["matchLabels"] for peer in peers if "podSelector" in peer]
                assert all(len(chosen(labels)) == 1 for labels in ours)
            case "Service":
                entrance = "whiteboard-frontend" if "whiteboard-frontend" in pods else "whiteboard-backend"
                assert chosen(spec["selector"]) == [entrance if name == "whiteboard" else name]
            case "HorizontalPodAutoscaler":
                assert spec["scaleTargetRef"]["name"] in pods
                assert "replicas" not in find(objects, "Deployment", "backend")["spec"]


@matrix
def test_every_name_that_an_object_uses_is_there(path: Path) -> None:
    """ConfigMaps, Secrets, volumes, ports, service accounts and Services' target ports."""
    values = values_of(path)
    objects = render(values)
    there = {(one["kind"], one["metadata"]["name"]) for one in objects}
    given = (values.get("global", {}).get("redis", {}) | values.get("externalRedis", {})).values()
    for spec in pod_specs(objects).values():
        ports = [port["name"] for container in spec["containers"] for port in container.get("ports", [])]
        volumes = {volume["name"] for volume in spec.get("volumes", [])}
        for volume in spec.get("volumes", []):
            if "configMap" in volume:
                assert ("ConfigMap", volume["configMap"]["name"]) in there
            if "secret" in volume:
                secret = volume["secret"]["secretName"]
                assert ("Secret", secret) in there or secret in given
        for container in spec["containers"]:
            for mount in container.get("volumeMounts", []):
                assert mount["name"] in volumes or mount["name"] == "data"
            for source in container.get("envFrom", []):
                assert ("ConfigMap", source["configMapRef"]["name"]) in there
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                handler = container.get(probe, {})
                asked = handler.get("httpGet") or handler.get("tcpSocket")
                assert asked is None or asked["port"] in ports
        assert ("ServiceAccount", spec.get("serviceAccountName", "whiteboard")) in there
    everybody = {
        port["name"] for spec in pod_specs(objects).values() for c in spec["containers"] for port in c.get("ports", [])
    }
    for one in objects:
        if one["kind"] == "Service":
            assert all(port["targetPort"] in everybody for port in one["spec"]["ports"])


def test_images_of_all_pods_are_pulled_with_the_secrets() -> None:
    """Redis' pod has none of its own: its service account has them."""
    objects = render({"imagePullSecrets": [{"name": "registry"}]})
    account = find(objects, "ServiceAccount")
    assert account["imagePullSecrets"] == [{"name": "registry"}]
    assert {spec["serviceAccountName"] for spec in pod_specs(objects).values()} == {account["metadata"]["name"]}


def test_redis_that_never_became_ready_is_replaced() -> None:
    """Pods in order would wait for it: `helm rollback` of a bad upgrade would wait for ever."""
    assert find(render({}), "StatefulSet")["spec"]["podManagementPolicy"] == "Parallel"


@pytest.mark.parametrize("page_from", ["frontend", "backend"])
def test_ingress_sends_connections_straight_to_replicas(page_from: str) -> None:
    """Past nginx; the page comes from wherever it is, through the Service that people reach without an Ingress."""
    objects = render({"ingress": {"enabled": True}, "frontend": {"enabled": page_from == "frontend"}})
    (rule,) = find(objects, "Ingress")["spec"]["rules"]
    assert {path["path"]: path["backend"]["service"]["name"] for path in rule["http"]["paths"]} == {
        "/socket.io/": "whiteboard-backend",
        "/api/": "whiteboard-backend",
        "/": "whiteboard",
    }
    (entrance,) = (one for one in objects if (one["kind"], one["metadata"]["name"]) == ("Service", "whiteboard"))
    assert entrance["spec"]["selector"]["app.kubernetes.io/component"] == page_from
    ports = {path["backend"]["service"]["port"]["name"] for path in rule["http"]["paths"]}
    assert ports == {port["name"] for port in entrance["spec"]["ports"]}


def test_release_of_any_name_gives_names_that_kubernetes_takes() -> None:
    """Names of Services are 63 characters at most; the chart's name is in them once."""
    for release in ("x", "boards", "my-whiteboard", "a" * 53):
        names = [one["metadata"]["name"] for one in render({}, release)]
        assert all(len(name) <= 63 and name.count("whiteboard") <= 1 for name in names), names


def test_chart_needs_no_step_before_it() -> None:
    """The subchart lies in the chart, in the version that the chart asks for."""
    assert [dependency["status"] for dependency in helm.dependency_list(CHART)] == ["unpacked"]


def test_objects_stand_in_files_of_their_own() -> None:
    """One object a template, the file named after its kind; what users add is theirs."""
    for path in VALUE_FILES:
        for name, text in texts(values_of(path)).items():
            kinds = [line.removeprefix("kind: ").lower() for line in text.splitlines() if line.startswith("kind: ")]
            stem = Path(name).stem
            assert kinds in ([], [stem]) or stem in ("extraobjects", "draw"), name
