"""Which pages may connect. Pure."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_allowed(origin: str | None, headers: Mapping[str, str], allowed: Sequence[str] | str | None) -> bool:
    """
    Whether a request with this Origin may use the server.

    A request without one is no browser's cross-site request, and passes. The same origin always passes. Browsers send
    Origin with a WebSocket too, and hold back nothing by themselves there, so this is the only check there is.
    """
    if origin is None or allowed == "*" or (allowed is not None and origin in allowed):
        return True
    return _is_same(origin, headers)


def cors_headers(origin: str | None, allowed: Sequence[str] | str | None) -> dict[str, str]:
    """What an answer to an allowed request says to the browser. Empty without an Origin."""
    if origin is None:
        return {}
    if allowed == "*":
        # Any page, but none with the reader's cookies.
        return {"Access-Control-Allow-Origin": "*"}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}


def preflight_headers(asked: str | None) -> dict[str, str]:
    """What an answer to OPTIONS adds; ``asked`` is Access-Control-Request-Headers."""
    return {
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": asked or "Content-Type",
        "Access-Control-Max-Age": "600",
    }


def _is_same(origin: str, headers: Mapping[str, str]) -> bool:
    # The scheme is not compared: a proxy that ends TLS need not say so, and a page's authority is what names the site.
    try:
        page = urlsplit(origin)
        default = _DEFAULT_PORTS[page.scheme]
        place = (page.hostname, page.port or default)
        return place in {_place(host, default) for host in _hosts(headers)}
    except (ValueError, KeyError):
        return False


def _hosts(headers: Mapping[str, str]) -> list[str]:
    """The names under which the client may have addressed us. A page of another site can set none of these headers."""
    hosts = [headers.get("Host", "")]
    forwarded = headers.get("X-Forwarded-Host", "").split(",")[0].strip()
    if forwarded:
        hosts.append(forwarded)
    port = headers.get("X-Forwarded-Port", "").split(",")[0].strip()
    if port.isdecimal():
        hosts += [f"{host}:{port}" for host in hosts if host and ":" not in host.rpartition("]")[2]]
    return [host for host in hosts if host]


def _place(host: str, default: int) -> tuple[str | None, int]:
    parts = urlsplit(f"//{host}")
    return parts.hostname, parts.port or default
