"""The settings: read once from WHITEBOARD_*, checked against each other, then frozen."""

import math
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, Self, TypeVar

from whiteboard.errors import ConfigurationError

MAX_PAYLOAD_BYTES: Final = 1_000_000
REDIS_TIMEOUT_SECONDS: Final = 5.0

# How long each step of leaving takes at most, in their order; each is held to its bound where it is taken.
CLOSE_WAIT_SECONDS: Final = 5.0
FAREWELL_SECONDS: Final = 1.0  # engine.server's
HTTP_SECONDS: Final = 1.0
FLUSH_SECONDS: Final = 5.0
WORKERS_SECONDS: Final = 1.0
REDIS_SECONDS: Final = 1.0
STORE_SECONDS: Final = 10.0  # the private store, if there is one
_SPARE_SECONDS: Final = 1.0

Number = TypeVar("Number", int, float)

_ADDRESS = re.compile(r"([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
_ORIGIN = re.compile(r"https?://[^/\s]+")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set, with its default. README's table says what each means."""

    host: str = "127.0.0.1"
    port: int = 3000
    metrics_port: int | None = None
    address: str | None = None
    redis_url: str | None = None
    redis_password_file: Path | None = None
    data_dir: Path = Path(".whiteboard")
    recovery_seconds: float = 120.0
    allowed_origins: tuple[str, ...] | str | None = None
    drain_seconds: float = 20.0
    admission_per_second: float = 200.0
    max_connections: int | None = None

    @property
    def leaving_seconds(self) -> int:
        """
        How long the process takes to leave after SIGTERM, at most: the drain window and the steps behind it.

        Whoever ends it by force is to wait that long: gunicorn's graceful timeout, a pod's grace period.
        """
        closing = CLOSE_WAIT_SECONDS + FAREWELL_SECONDS + HTTP_SECONDS
        ending = FLUSH_SECONDS + WORKERS_SECONDS + REDIS_SECONDS + (STORE_SECONDS if self.redis_url is None else 0)
        return math.ceil(self.drain_seconds + closing + ending + _SPARE_SECONDS)

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ, **given: object) -> Self:
        """
        Read the settings; what is ``given`` (from the command line, None for not given) goes before the environment.

        Raises:
            ConfigurationError: a value cannot be read, a name is unknown, or two values contradict each other.
        """
        names = {f"WHITEBOARD_{name.upper()}": name for name in cls.__dataclass_fields__}
        unknown = sorted(name for name in environ if name.startswith("WHITEBOARD_") and name not in names)
        if unknown:
            raise ConfigurationError(f"no such setting: {', '.join(_with_likeness(name, names) for name in unknown)}")
        values: dict[str, object] = {
            name: _read(env_name, name, environ[env_name]) for env_name, name in names.items() if environ.get(env_name)
        }
        values |= {name: value for name, value in given.items() if value is not None}
        settings = cls(**values)  # type: ignore[arg-type]
        settings.check()
        return settings

    def check(self) -> None:
        """Hold the settings against each other. Raises ConfigurationError."""
        if not 0 <= self.port <= 65535:
            raise ConfigurationError(f"WHITEBOARD_PORT is 0 to 65535, not {self.port}")
        if self.metrics_port is not None:
            if not 0 <= self.metrics_port <= 65535:
                raise ConfigurationError(f"WHITEBOARD_METRICS_PORT is 0 to 65535, not {self.metrics_port}")
            if self.metrics_port == self.port != 0:
                raise ConfigurationError("WHITEBOARD_METRICS_PORT is another one than WHITEBOARD_PORT, or unset")
        if self.address is not None and _ADDRESS.fullmatch(self.address) is None:
            raise ConfigurationError("WHITEBOARD_ADDRESS is <host>:<port>, an IPv6 host in brackets")
        if not 1 <= self.recovery_seconds <= 86_400:
            raise ConfigurationError("WHITEBOARD_RECOVERY_SECONDS is 1 to 86400")
        if not 0 <= self.drain_seconds <= 3600:
            raise ConfigurationError("WHITEBOARD_DRAIN_SECONDS is 0 to 3600")
        if not 1 <= self.admission_per_second <= 100_000:
            raise ConfigurationError("WHITEBOARD_ADMISSION_PER_SECOND is 1 to 100000")
        if self.max_connections is not None and self.max_connections < 1:
            raise ConfigurationError("WHITEBOARD_MAX_CONNECTIONS is 1 or more, or unset")
        if self.redis_url is not None and not self.redis_url.startswith(("redis://", "rediss://", "unix://")):
            raise ConfigurationError("WHITEBOARD_REDIS_URL begins with redis://, rediss:// or unix://")
        if self.redis_password_file is not None:
            if self.redis_url is None:
                raise ConfigurationError("WHITEBOARD_REDIS_PASSWORD_FILE needs WHITEBOARD_REDIS_URL")
            if not self.redis_password_file.is_file():
                raise ConfigurationError(f"WHITEBOARD_REDIS_PASSWORD_FILE: no file {self.redis_password_file}")


def _read(env_name: str, name: str, text: str) -> object:
    try:
        match name:
            case "port" | "metrics_port" | "max_connections":
                return _number(text, int, "a whole number")
            case "recovery_seconds" | "drain_seconds" | "admission_per_second":
                return _number(text, float, "a number")
            case "redis_password_file" | "data_dir":
                return Path(text)
            case "allowed_origins":
                return _origins(text)
    except ValueError as error:
        raise ConfigurationError(f"{env_name}: {error}") from None
    return text


def _number(text: str, kind: Callable[[str], Number], what: str) -> Number:
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{text!r} is not {what}") from None


def _with_likeness(name: str, names: Collection[str]) -> str:
    likeness = get_close_matches(name, names, n=1)
    return f"{name} (did you mean {likeness[0]}?)" if likeness else name


def _origins(text: str) -> tuple[str, ...] | str:
    if text.strip() == "*":
        return "*"
    origins = tuple(origin.strip().rstrip("/") for origin in text.split(",") if origin.strip())
    if not origins:
        raise ValueError("name at least one origin, or * for all")
    for origin in origins:
        if _ORIGIN.fullmatch(origin) is None:
            raise ValueError(f"an origin is like https://example.org, not {origin!r}")
    return origins
