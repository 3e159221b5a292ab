"""The log lines of a process: one form, whoever writes them."""

import json
import subprocess
import sys
from typing import Any

WRITES = """
import logging, warnings
import structlog
from whiteboard.process import set_up_process

set_up_process()
structlog.contextvars.bind_contextvars(replica="r1")
structlog.get_logger("whiteboard.app").info("ours", board="b")
structlog.get_logger("whiteboard.app").debug("not shown")
logging.getLogger("whiteboard.engine.server").info("of the %s", "engine")
logging.getLogger("whiteboard.engine.server").debug("not shown")
logging.getLogger("some.library").info("not shown")
logging.getLogger("some.library").warning("of a library")
warnings.warn("of Python", stacklevel=1)
try:
    raise KeyError("x")
except KeyError:
    logging.getLogger("asyncio").exception("of a task")
"""


def written() -> list[dict[str, Any]]:
    """Return the lines of a process of its own: set up once, logging stays so."""
    done = subprocess.run([sys.executable, "-c", WRITES], capture_output=True, text=True, check=True, timeout=30)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_has_one_form_and_names_its_replica() -> None:
    """Ours, the engine's and libraries' alike: JSON with a level and a time; an error with its traceback."""
    lines = written()
    assert [(line["event"].partition(":")[0], line["level"]) for line in lines if "of Python" not in line["event"]] == [
        ("ours", "info"),
        ("of the engine", "info"),
        ("of a library", "warning"),
        ("of a task", "error"),
    ]
    assert len(lines) == 5
    assert all(line["replica"] == "r1" and "timestamp" in line for line in lines)
    assert lines[1]["logger"] == "whiteboard.engine.server"
    assert "KeyError" in lines[-1]["exception"]
