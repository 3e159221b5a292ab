"""``GET /metrics``: what Prometheus reads, beside the page or on a port of its own."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from whiteboard.metrics import Metrics
from whiteboard.store.health import Health


class Scrape:
    """The route of the metrics."""

    def __init__(self, metrics: Metrics, health: Health) -> None:
        self._metrics = metrics
        self._health = health

    def add_to(self, app: web.Application) -> None:
        """Put the route on an aiohttp application."""
        app.router.add_get("/metrics", self._get)

    async def _get(self, _: web.Request) -> web.Response:
        self._metrics.redis_up.set(self._health.reachable)
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
