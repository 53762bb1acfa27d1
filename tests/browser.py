"""A real browser without a screen: Debian's Chromium, which `make browser` installs."""

import shutil
import subprocess
from pathlib import Path

CHROMIUM = shutil.which("chromium") or ""
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--enable-logging=stderr",
)


def browse(folder: Path, file: Path, *arguments: str) -> tuple[str, str]:
    """Open a page, and return what the browser printed and what it logged."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(
        [*command, file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout, done.stderr
