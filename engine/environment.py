"""What is in .venv: exactly constraints.txt, checked by hash, and this project, editable.

Made anew when it is not current: `python engine/environment.py STAMP`, STAMP being the file that
dates it. Safe when two run at once. Standard library only; a Python below 3.10 is refused.
"""

import fcntl
import os
import subprocess
import sys

LOCKED = "constraints.txt"
PYTHON = ".venv/bin/python"


def run(*command, check=True):
    return subprocess.run(command, check=check).returncode == 0


def current(stamp):
    try:
        made = os.stat(stamp).st_mtime
    except FileNotFoundError:
        return False
    return all(os.stat(source).st_mtime <= made for source in (LOCKED, "pyproject.toml"))


def make():
    run(sys.executable, "-m", "venv", "--clear", ".venv")
    pip = (PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
    checked = ("--require-hashes", "--requirement")
    # uv takes seconds where pip takes a minute; but an index may be set up for pip alone.
    run(*pip, *checked, only_uv())
    if not run(".venv/bin/uv", "pip", "install", "--quiet", *checked, LOCKED, check=False):
        run(*pip, *checked, LOCKED)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")


def only_uv():
    """Write the part of the locked versions that is uv, and say where."""
    path, inside = ".venv/uv.txt", False
    with open(LOCKED) as locked, open(path, "w") as part:
        for line in locked:
            if not line.startswith(" "):
                inside = line.startswith("uv==")
            if inside:
                part.write(line)
    return path


def main(stamp):
    if sys.version_info < (3, 10):
        return "Python 3.10 or later is needed: make PYTHON=python3.12 ..."
    with open(LOCKED) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not current(stamp):
            print("Making .venv: seconds with uv, a minute or two with pip alone.", flush=True)
            try:
                make()
            except subprocess.CalledProcessError as failure:
                return f"No .venv: {' '.join(failure.cmd)} failed, see above."
            with open(stamp, "w"):
                pass
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
