"""How a replica reaches Redis."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.maint_notifications import MaintNotificationsConfig

from whiteboard.errors import StoreUnavailable

_MAX_CONNECTIONS: Final = 16

OUTAGE: Final = (RedisConnectionError, RedisTimeoutError, OSError)
"""What a Redis that cannot be reached, or does not answer in time, raises."""

__all__ = ["OUTAGE", "Redis", "RedisError", "answer", "connect"]


class Redis(AsyncRedis):
    """redis-py's client, and what ends with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on_close: list[Callable[[], Awaitable[None]]] = []

    async def parse_response(self, connection: Any, command_name: str | bytes, **options: Any) -> Any:
        """Read a reply. A server that was demoted is left: by its name another one may be reached now."""
        try:
            return await super().parse_response(connection, command_name, **options)
        except ReadOnlyError:
            await connection.disconnect(nowait=True)
            raise

    async def aclose(self, close_connection_pool: bool | None = None) -> None:
        for close in self.on_close:
            await close()
        await super().aclose(close_connection_pool)


class PasswordFile(CredentialProvider):
    """Redis' password, read for each connection: a mounted Secret changes while the process runs."""

    def __init__(self, path: Path, username: str | None) -> None:
        self._path = path
        self._username = username

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """Return what AUTH takes. Raises OSError if the file cannot be read now. Source: redis-py."""
        password = self._path.read_text().strip()
        return (password,) if self._username is None else (self._username, password)


def connect(url: str, password_file: Path | None, timeout_seconds: float) -> Redis:
    """
    Return a client; no connection is made yet.

    Its own retries are off: whether a request may be repeated is for its caller to know (SPEC.md L8).
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=_MAX_CONNECTIONS,
        timeout=timeout_seconds,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        health_check_interval=0,
        retry=Retry(NoBackoff(), 0),
        # With them on (a managed service's push messages), a connection that the server has closed passes as ready.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    if password_file is not None:
        settings = pool.connection_kwargs
        settings["credential_provider"] = PasswordFile(password_file, settings.pop("username", None))
    redis = Redis.from_pool(pool)
    assert isinstance(redis, Redis)
    return redis


async def answer(reply: Awaitable[Any]) -> Any:
    """
    Return what Redis answers.

    Raises:
        StoreUnavailable: it did not answer in time, or refused; what was asked may or may not have happened.
    """
    try:
        return await reply
    except (RedisError, *OUTAGE) as error:
        raise StoreUnavailable(str(error)) from error
