"""Kubernetes' API in small: what Helm's ``lookup`` asks for, of a cluster that has some Secrets."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SECRETS = {"name": "secrets", "singularName": "secret", "namespaced": True, "kind": "Secret", "verbs": ["get"]}


@contextmanager
def api_server(secrets: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Serve Secrets, by their paths ``<namespace>/<name>``; yield a kubeconfig."""
    answers: dict[str, Any] = {
        f"/api/v1/namespaces/{path.replace('/', '/secrets/')}": {"apiVersion": "v1", "kind": "Secret", **secret}
        for path, secret in secrets.items()
    }
    answers["/api/v1"] = {"kind": "APIResourceList", "groupVersion": "v1", "resources": [_SECRETS]}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path.partition("?")[0])
            missing = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer or missing).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "small",
                    "contexts": [{"name": "small", "context": {"cluster": "small", "user": "small"}}],
                    "clusters": [{"name": "small", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
                    "users": [{"name": "small", "user": {}}],
                }
            )
        finally:
            server.shutdown()
            thread.join()
