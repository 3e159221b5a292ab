"""The command line: ``whiteboard serve``."""

import argparse
import asyncio
import logging
import resource
import sys

import structlog
import uvloop

from whiteboard import __version__
from whiteboard.app import serve
from whiteboard.config import Settings
from whiteboard.errors import WhiteboardError

_MAX_FILES = 10_240  # where there is no hard limit: macOS takes no more


def main() -> int:
    """Run a command; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="whiteboard", description="A shared whiteboard that scales sideways.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command")
    serving = commands.add_parser("serve", help="serve boards (default)")
    serving.add_argument("--host", help="address to listen on (WHITEBOARD_HOST)")
    serving.add_argument("--port", type=int, help="port to listen on (WHITEBOARD_PORT)")
    given = vars(parser.parse_args())
    given.pop("command")
    _set_up_logs()
    _allow_many_files()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(Settings.read(**given)))
    except (WhiteboardError, OSError) as error:
        print(f"whiteboard: {error}", file=sys.stderr)
        return 1
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
