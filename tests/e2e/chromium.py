"""
Which Chromium the browser tests use: an installed one, else Playwright's, else the distribution's package.

``python -m tests.e2e.chromium`` makes sure that there is one; the tests call ``find_chromium``.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
# The headless shell comes first: the same engine without a window's parts, at a third of the CPU time a window. Then
# Chromium's own program: Debian's /usr/bin/chromium is a script that wants more of PATH than we do.
PLACES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/chromium",
    *(f"{folder}/{name}" for folder in ("/usr/bin", "/usr/local/bin") for name in NAMES),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
DEBIAN = Path("/etc/debian_version")
PACKAGES = ("chromium-headless-shell", "chromium")  # Older releases have only the second.
NONE_FOUND = "NO BROWSER: the browser tests are skipped. Install Chromium or Google Chrome and run `make test` again."


def find_chromium() -> Path | None:
    """Return the program of a Chromium on this machine that starts, or None."""
    for program in (*PLACES, *filter(None, map(shutil.which, NAMES))):
        # Ubuntu's /usr/bin/chromium-browser is there even when it can only say that it is not.
        if Path(program).exists() and _runs([program, "--version"]):
            return Path(program)
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        return own if own.exists() else None


def install_chromium() -> None:
    """Get Playwright's Chromium, else, as root on Debian, the distribution's."""
    print("No Chromium found: installing one.", file=sys.stderr)
    if _runs([sys.executable, "-m", "playwright", "install", "chromium"], silent=False):
        return
    if os.geteuid() == 0 and DEBIAN.exists():
        apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qy"]
        _runs([*apt, "update"], silent=False)
        for package in PACKAGES:
            if _runs([*apt, "install", "--no-install-recommends", package], silent=False):
                return


def main() -> int:
    """Make sure that there is a Chromium. Without one CI fails, and anybody else is told that tests will be skipped."""
    if find_chromium():
        return 0
    install_chromium()
    if find_chromium():
        return 0
    print(f"\n*** {NONE_FOUND} ***\n", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


def _runs(command: list[str], *, silent: bool = True) -> bool:
    output = subprocess.DEVNULL if silent else None
    try:
        return subprocess.run(command, check=False, timeout=600, stdout=output, stderr=output).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    sys.exit(main())
