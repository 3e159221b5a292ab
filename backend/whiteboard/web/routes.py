"""The HTTP routes: the page, the API, and what operators ask."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from whiteboard.errors import WhiteboardError
from whiteboard.rooms.admission import Admission
from whiteboard.rooms.refusals import Refusals
from whiteboard.store.health import Health
from whiteboard.web.api import BoardApi

PAGE_DIR: Final = Path(__file__).parent / "page"
_PAGE_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ASSET_HEADERS: Final = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Routes:
    """Everything over HTTP but ``/socket.io/`` itself, and the metrics."""

    def __init__(self, api: BoardApi, health: Health, admission: Admission, replica: str) -> None:
        self._api = api
        self._health = health
        self._admission = admission
        self._replica = replica

    def add_to(self, app: web.Application) -> None:
        """Put the routes on an aiohttp application."""
        app.router.add_get("/", self._page)
        app.router.add_get("/b/{board}", self._page)
        app.router.add_get("/assets/{name}", self._asset)
        app.router.add_get("/socket.io/{name:socket\\.io\\.js(\\.map)?}", self._client_bundle)
        app.router.add_get("/api/boards/{board}", self._api.get)
        app.router.add_get("/livez", self._livez)
        app.router.add_get("/readyz", self._readyz)

    async def _page(self, _: web.Request) -> web.StreamResponse:
        return _file("index.html", _PAGE_HEADERS)

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        return _file(f"assets/{request.match_info['name']}", _ASSET_HEADERS)

    async def _client_bundle(self, request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"], {"Cache-Control": "public, max-age=3600"})

    async def _livez(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive", "replica": self._replica})

    async def _readyz(self, _: web.Request) -> web.Response:
        # An outage of Redis is no reason to be unready: all replicas would go at once, and the page with them.
        redis = "reachable" if self._health.reachable else "unreachable"
        if not self._health.contacted:
            return web.json_response({"status": "starting", "redis": redis, "replica": self._replica}, status=503)
        if self._admission.is_closed:
            return web.json_response({"status": "draining", "redis": redis, "replica": self._replica}, status=503)
        return web.json_response({"status": "ready", "redis": redis, "replica": self._replica})


def tell_errors(refusals: Refusals) -> Middleware:
    """Return the middleware that answers a typed error as JSON: 400 when it is final, 503 when it is worth a retry."""

    @web.middleware
    async def tell(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except WhiteboardError as error:
            refusals.error(error, "", request.path)
            headers = {"Retry-After": "1"} if error.retry else {}
            return web.json_response({"error": error.as_payload()}, status=503 if error.retry else 400, headers=headers)

    return tell


@web.middleware
async def show_not_found(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Answer a person who has followed a wrong address by a page that leads on; programs as aiohttp does."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        if "text/html" not in request.headers.get("Accept", ""):
            raise
        return _file("404.html", _PAGE_HEADERS, status=404)


def _file(name: str, headers: dict[str, str], status: int = 200) -> web.StreamResponse:
    path = PAGE_DIR / name
    if ".." in name or not path.is_file():
        if not (PAGE_DIR / "index.html").is_file():
            return web.Response(status=503, text="the page has not been built: run make setup\n")
        raise web.HTTPNotFound
    return web.FileResponse(path, status=status, headers=headers)
