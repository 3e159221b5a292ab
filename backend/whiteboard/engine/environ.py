"""The request of a new session, as python-socketio's handlers know it: a WSGI-like ``environ``."""

from functools import lru_cache
from typing import Any

from aiohttp import web

REQUEST = "aiohttp.request"


def environ_of(request: web.Request) -> dict[str, Any]:
    """
    Describe a request.

    ``aiohttp.request`` is there while the ``connect`` handler runs and is taken out afterwards: kept for the life of a
    connection it would hold 6 KB.
    """
    environ: dict[str, Any] = {
        REQUEST: request,
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.query_string,
        "PATH_INFO": request.path,
        "SCRIPT_NAME": "",
        "SERVER_PROTOCOL": f"HTTP/{request.version.major}.{request.version.minor}",
        "REMOTE_ADDR": request.remote or "",
        "wsgi.url_scheme": request.headers.get("X-Forwarded-Proto", request.scheme),
    }
    for name, value in request.headers.items():
        key = _key(name.upper())
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


@lru_cache(maxsize=256)
def _key(name: str) -> str:
    # Cached so that all connections share the keys.
    return name.replace("-", "_") if name in ("CONTENT-TYPE", "CONTENT-LENGTH") else f"HTTP_{name.replace('-', '_')}"
