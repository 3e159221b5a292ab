"""What a process that serves sets up for itself, whoever has started it."""

import logging
import resource
import sys

import structlog
from structlog.typing import Processor

_MAX_FILES = 10_240  # where there is no hard limit: macOS takes no more


def set_up_process() -> None:
    """Set up log lines, and raise the limit of open files."""
    _set_up_logs()
    _allow_many_files()


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
