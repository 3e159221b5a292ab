"""What a process that serves sets up for itself, whoever has started it."""

import gc
import logging
import resource
import sys

import structlog
from structlog.typing import Processor

_MAX_FILES = 10_240  # where there is no hard limit: macOS takes no more
_NEW_OBJECTS = 20_000  # between two looks at the youngest; one takes some 2 ms


def set_up_process() -> None:
    """Set up log lines, raise the limit of open files, and have garbage looked for less often."""
    _set_up_logs()
    _allow_many_files()
    _look_for_garbage_less_often()


def _look_for_garbage_less_often() -> None:
    """
    What a delivery makes goes with its last reference: looking for cycles every 700 objects found none, and took
    7 % of a busy replica's time.
    """
    gc.freeze()  # what has been imported stays
    gc.set_threshold(_NEW_OBJECTS, 20, 20)


def _allow_many_files() -> None:
    """Raise the limit of open files as far as it goes: each connection is one; containers often begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_FILES if hard == resource.RLIM_INFINITY else hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _set_up_logs() -> None:
    """Lines for people on a terminal, JSON for machines: the same for our own and for those of libraries."""
    rendering: list[Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    filling: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *filling],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("whiteboard").setLevel(logging.INFO)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*filling, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
