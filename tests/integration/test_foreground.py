"""`make run` under Ctrl-C, with the real make and a real terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "foreground.py"
# The terminal: what is written to its standard input is typed.
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
SERVER = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
print("serving", flush=True)
print("left with", signal.Signals(signal.sigwait({signal.SIGINT})).name)
sys.exit(int(sys.argv[1]))
"""


@pytest.mark.parametrize(("code", "made"), [(0, 0), (3, 2)])
def test_make_ends_as_the_server_ends_on_ctrl_c(tmp_path: Path, code: int, made: int) -> None:
    """A server that leaves with 0 on Ctrl-C makes make leave with 0; its error stays an error."""
    (tmp_path / "server.py").write_text(SERVER)
    recipe = f"@exec '{sys.executable}' '{SCRIPT}' '{sys.executable}' server.py {code}"
    (tmp_path / "Makefile").write_text(f"run:\n\t{recipe}\n")
    with subprocess.Popen(
        [sys.executable, "-c", TERMINAL, "make", "-C", str(tmp_path), "run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as make:
        assert make.stdin is not None
        assert make.stdout is not None
        lines = iter(make.stdout.readline, b"")
        assert any(b"serving" in line for line in lines)
        make.stdin.write(b"\x03")
        make.stdin.flush()
        rest = b"".join(lines)
        assert b"left with SIGINT" in rest
        assert make.wait(10) == made
        assert (b"***" in rest) == (code != 0)


def test_command_takes_the_place_when_there_is_no_terminal(tmp_path: Path) -> None:
    """In a container or under CI nothing stands between make and the server."""
    command = [sys.executable, str(SCRIPT), sys.executable, "-c", "import os; print(os.getpid())"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        output, _ = process.communicate()
        assert int(output) == process.pid
