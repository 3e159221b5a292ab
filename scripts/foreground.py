"""
Runs a command as the terminal's foreground job, so that Ctrl-C reaches the command and not make.

Usage: foreground.py COMMAND...

GNU make that gets a SIGINT dies of it, however well the command ended: every `make run` would end as an error. Without
a terminal, or in its background, the command simply takes this process's place.
"""

import os
import signal
import sys


def main(command: list[str]) -> int:
    """Run the command and return its exit code."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
        ours = os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        ours = False
    if not ours:
        os.execv(command[0], command)
    return run_in_foreground(command, terminal)


def run_in_foreground(command: list[str], terminal: int) -> int:
    """Run the command in a process group of its own that holds the terminal; stop and go on when it does."""
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # Else whoever hands the terminal over is stopped for it.
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.close(terminal)
        os.execv(command[0], command)

    def hand_over(_number: int, _frame: object) -> None:
        if os.tcgetpgrp(terminal) == os.getpgrp():  # Not after `bg`.
            os.tcsetpgrp(terminal, child)
        os.killpg(child, signal.SIGCONT)

    signal.signal(signal.SIGCONT, hand_over)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda number, _frame: os.kill(child, number))

    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        if os.tcgetpgrp(terminal) == child:
            os.tcsetpgrp(terminal, os.getpgrp())
        if not os.WIFSTOPPED(status):
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        os.killpg(0, signal.SIGSTOP)  # Ctrl-Z: make and its shell stop too, and `fg` sends us all SIGCONT.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
