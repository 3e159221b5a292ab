"""What a process that serves sets up for itself, whoever has started it."""

import logging
import resource
import sys

import structlog

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
    """Lines for people on a terminal, JSON for machines."""
    rendered = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
