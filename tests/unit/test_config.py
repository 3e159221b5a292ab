"""The settings, held against each other and against README's table."""

import dataclasses
import math
import re
from pathlib import Path

import pytest
from whiteboard import config
from whiteboard.config import Settings
from whiteboard.engine import server
from whiteboard.errors import ConfigurationError
from whiteboard.rooms import drain
from whiteboard.store import embedded

README = Path(__file__).parents[2] / "README.md"
URL = "redis://127.0.0.1:6379"


def test_settings_are_the_defaults_when_nothing_is_set() -> None:
    """A laptop needs no settings; what is set to nothing is not set; other programs' names do not matter."""
    assert Settings.read({}) == Settings()
    assert Settings.read({"WHITEBOARD_PORT": "", "PORT": "80", "PATH": "/bin"}) == Settings()


def test_settings_are_read_from_the_environment(tmp_path: Path) -> None:
    """Each as its own type."""
    password_file = tmp_path / "password"
    password_file.touch()
    environ = {
        "WHITEBOARD_HOST": "0.0.0.0",
        "WHITEBOARD_PORT": "8080",
        "WHITEBOARD_METRICS_PORT": "9090",
        "WHITEBOARD_ADDRESS": "pod-1:8080",
        "WHITEBOARD_REDIS_URL": URL,
        "WHITEBOARD_REDIS_PASSWORD_FILE": str(password_file),
        "WHITEBOARD_DATA_DIR": "/var/lib/whiteboard",
        "WHITEBOARD_RECOVERY_SECONDS": "2.5",
        "WHITEBOARD_ALLOWED_ORIGINS": "https://a.example, http://b.example:8080/ ,",
        "WHITEBOARD_DRAIN_SECONDS": "0",
        "WHITEBOARD_ADMISSION_PER_SECOND": "50.5",
        "WHITEBOARD_MAX_CONNECTIONS": "1000",
    }
    assert Settings.read(environ) == Settings(
        host="0.0.0.0",
        port=8080,
        metrics_port=9090,
        address="pod-1:8080",
        redis_url=URL,
        redis_password_file=password_file,
        data_dir=Path("/var/lib/whiteboard"),
        recovery_seconds=2.5,
        allowed_origins=("https://a.example", "http://b.example:8080"),
        drain_seconds=0.0,
        admission_per_second=50.5,
        max_connections=1000,
    )
    assert Settings.read({"WHITEBOARD_ALLOWED_ORIGINS": " * "}).allowed_origins == "*"


def test_address_may_be_an_ipv6_one() -> None:
    """In brackets, as in a URL."""
    assert Settings.read({"WHITEBOARD_ADDRESS": "[fd00::1]:3000"}).address == "[fd00::1]:3000"


def test_setting_given_goes_before_the_environment() -> None:
    """None is not given."""
    environ = {"WHITEBOARD_PORT": "1", "WHITEBOARD_HOST": "::1"}
    assert Settings.read(environ, port=2, host=None) == Settings(port=2, host="::1")


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"WHITEBOARD_PROT": "80"}, "no such setting: WHITEBOARD_PROT"),
        ({"WHITEBOARD_PORT": "http"}, "WHITEBOARD_PORT"),
        ({"WHITEBOARD_PORT": "-1"}, "WHITEBOARD_PORT is 0 to 65535, not -1"),
        ({"WHITEBOARD_PORT": "65536"}, "WHITEBOARD_PORT is 0 to 65535"),
        ({"WHITEBOARD_METRICS_PORT": "65536"}, "WHITEBOARD_METRICS_PORT is 0 to 65535"),
        ({"WHITEBOARD_METRICS_PORT": "3000"}, "WHITEBOARD_METRICS_PORT is another one than WHITEBOARD_PORT"),
        ({"WHITEBOARD_ADDRESS": "10.0.0.1"}, "WHITEBOARD_ADDRESS is <host>:<port>"),
        ({"WHITEBOARD_ADDRESS": "fd00::1:80"}, "WHITEBOARD_ADDRESS is <host>:<port>"),
        ({"WHITEBOARD_ADDRESS": "http://10.0.0.1:80"}, "WHITEBOARD_ADDRESS is <host>:<port>"),
        ({"WHITEBOARD_RECOVERY_SECONDS": "soon"}, "WHITEBOARD_RECOVERY_SECONDS"),
        ({"WHITEBOARD_RECOVERY_SECONDS": "0.5"}, "WHITEBOARD_RECOVERY_SECONDS is 1 to 86400"),
        ({"WHITEBOARD_RECOVERY_SECONDS": "86401"}, "WHITEBOARD_RECOVERY_SECONDS is 1 to 86400"),
        ({"WHITEBOARD_RECOVERY_SECONDS": "nan"}, "WHITEBOARD_RECOVERY_SECONDS is 1 to 86400"),
        ({"WHITEBOARD_RECOVERY_SECONDS": "inf"}, "WHITEBOARD_RECOVERY_SECONDS is 1 to 86400"),
        ({"WHITEBOARD_DRAIN_SECONDS": "-1"}, "WHITEBOARD_DRAIN_SECONDS is 0 to 3600"),
        ({"WHITEBOARD_DRAIN_SECONDS": "nan"}, "WHITEBOARD_DRAIN_SECONDS is 0 to 3600"),
        ({"WHITEBOARD_ADMISSION_PER_SECOND": "0"}, "WHITEBOARD_ADMISSION_PER_SECOND is 1 to 100000"),
        ({"WHITEBOARD_MAX_CONNECTIONS": "0"}, "WHITEBOARD_MAX_CONNECTIONS is 1 or more"),
        ({"WHITEBOARD_REDIS_URL": "127.0.0.1:6379"}, "begins with redis://"),
        ({"WHITEBOARD_REDIS_PASSWORD_FILE": __file__}, "needs WHITEBOARD_REDIS_URL"),
        ({"WHITEBOARD_REDIS_URL": URL, "WHITEBOARD_REDIS_PASSWORD_FILE": "/nowhere/x"}, "no file /nowhere/x"),
        ({"WHITEBOARD_ALLOWED_ORIGINS": "example.org"}, "WHITEBOARD_ALLOWED_ORIGINS: an origin is like"),
        ({"WHITEBOARD_ALLOWED_ORIGINS": "https://a.example/page"}, "not 'https://a.example/page'"),
        ({"WHITEBOARD_ALLOWED_ORIGINS": "https://a.example,*"}, "not '*'"),
    ],
)
def test_server_does_not_start_when_a_setting_is_wrong(environ: dict[str, str], told: str) -> None:
    """The message names the setting, for whoever deploys."""
    with pytest.raises(ConfigurationError, match=re.escape(told)):
        Settings.read(environ)


def test_time_to_leave_is_the_sum_that_the_readme_names() -> None:
    """Whoever ends a replica by force waits for the drain window and what comes after it."""
    row = re.search(r"^\| `WHITEBOARD_DRAIN_SECONDS` .*", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert row is not None
    more, *parts, of_its_store = map(int, re.findall(r"(\d+) (?:seconds more|for|to|more)", row[0]))
    assert more == sum(parts)
    for window in (0.0, 7.5, 20.0):
        assert Settings(drain_seconds=window, redis_url=URL).leaving_seconds == math.ceil(window + more)
        assert Settings(drain_seconds=window).leaving_seconds == math.ceil(window + more + of_its_store)


def test_steps_of_leaving_are_bounded_by_what_the_settings_count_on() -> None:
    """A step that is said in two places is the same in both; together they leave something to spare."""
    assert server.FAREWELL_SECONDS == config.FAREWELL_SECONDS
    assert embedded.STOP_TIMEOUT_S == config.STORE_SECONDS
    assert drain.HURRY_SECONDS <= config.CLOSE_WAIT_SECONDS
    bounds = ("CLOSE_WAIT", "FAREWELL", "HTTP", "FLUSH", "WORKERS", "REDIS")
    steps = sum(getattr(config, f"{bound}_SECONDS") for bound in bounds)
    assert steps < Settings(drain_seconds=0, redis_url=URL).leaving_seconds


def test_settings_cannot_be_changed_when_they_have_been_read() -> None:
    """They are frozen."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_settings_are_those_of_the_readme() -> None:
    """Each setting has its row, with its default, in README's table, and each row its setting."""
    rows = re.findall(r"^\| `WHITEBOARD_(\w+)` \| (.+?) \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    fields = {field.name.upper(): field.default for field in dataclasses.fields(Settings)}
    assert sorted(name for name, _ in rows) == sorted(fields)
    for name, shown in rows:
        assert _shows(shown, fields[name]), f"WHITEBOARD_{name}: README says {shown}"


def _shows(shown: str, default: object) -> bool:
    if default is None:
        return "`" not in shown  # "unset", or words for what follows from other settings
    return shown == (f"`{default:g}`" if isinstance(default, float) else f"`{default}`")
