"""Kubernetes' own schemas, offline, one set a version."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import kubernetes_validate
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

OLDEST = (1, 30)
VERSIONS = sorted(
    {
        version
        for version in map(kubernetes_validate.utils.major_minor, kubernetes_validate.utils.all_versions())
        if tuple(map(int, version.split("."))) >= OLDEST
    },
    key=lambda version: tuple(map(int, version.split("."))),
)
_SCHEMAS = files("kubernetes_validate") / "kubernetes-json-schema"


def complaints(found: dict[str, Any], version: str) -> list[str]:
    """Return what a version of Kubernetes would not take of an object; unknown fields are among it."""
    group, _, api_version = found["apiVersion"].rpartition("/")
    name = "-".join(filter(None, [found["kind"].lower(), group.partition(".")[0], api_version]))
    where = f"{found['kind']} {found['metadata']['name']}"
    return [f"{where}: {error.json_path}: {error.message}" for error in _validator(name, version).iter_errors(found)]


@cache
def _validator(name: str, version: str) -> Draft202012Validator:
    folder = _SCHEMAS / f"v{version}.0-local-strict"
    schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, registry=_definitions(version))


@cache
def _definitions(version: str) -> Registry[Any]:
    text = (_SCHEMAS / f"v{version}.0-local-strict" / "_definitions.json").read_text(encoding="utf-8")
    return Resource.from_contents(json.loads(text)) @ Registry()
