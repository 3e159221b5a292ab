"""The command line: ``whiteboard serve``."""

import argparse
import asyncio
import sys

import uvloop

from whiteboard import __version__
from whiteboard.app import serve
from whiteboard.config import Settings
from whiteboard.errors import WhiteboardError
from whiteboard.process import set_up_process


def main() -> int:
    """Run a command; return the process's exit code."""
    parser = argparse.ArgumentParser(prog="whiteboard", description="A shared whiteboard that scales sideways.")
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("command", nargs="?", choices=["serve"], default="serve", help="serve boards (default)")
    parser.add_argument("--host", help="address to listen on (WHITEBOARD_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (WHITEBOARD_PORT)")
    given = vars(parser.parse_args())
    given.pop("command")
    set_up_process()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(Settings.read(**given)))
    except (WhiteboardError, OSError) as error:
        print(f"whiteboard: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
