"""
gunicorn's configuration of a replica: ``gunicorn --config python:whiteboard.gunicorn``. Options of the command line go
before it. Nothing is written to the root file system.

There is one worker: each would be a replica of its own, which load balancers and probes could not tell apart.
"""

import os
from pathlib import Path
from typing import Any

from whiteboard.config import Settings

_settings = Settings.read()

wsgi_app = "whiteboard.app:running"
worker_class = "whiteboard.worker.DrainingWorker"
workers = 1
bind = f"[{_settings.host}]:{_settings.port}" if ":" in _settings.host else f"{_settings.host}:{_settings.port}"
graceful_timeout = _settings.leaving_seconds
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None


def nworkers_changed(server: Any, new_value: int, old_value: int | None) -> None:
    """Hold gunicorn to one worker, whatever WEB_CONCURRENCY, --workers or SIGTTIN say. Source: gunicorn."""
    at_start = old_value is None
    asked = max(new_value, int(os.environ.get("WEB_CONCURRENCY", "1"))) if at_start else new_value
    if asked > 1:
        server.log.warning("One worker, not %d: a replica is one process. Start more replicas instead.", asked)
    if new_value > 1:
        server.num_workers = 1
