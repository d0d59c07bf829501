"""Build hook: puts the catalogue of the built-in nodes into the wheel.

Making it imports the nodes, hence torch. Where the build environment has none (pip's isolated
builds), the wheel goes without, and the first command on the user's machine makes it.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPT = """
import sys
from pathlib import Path
from engine.packs import Pack, write_catalogue
write_catalogue(Path(sys.argv[1]), [Pack("", "nodes", Path("nodes").resolve())])
"""


class CatalogueHook(BuildHookInterface[Any]):
    """Runs for wheels; an editable install reads its catalogue from the user's cache."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        if importlib.util.find_spec("torch") is None:
            self.app.display_info("no torch here: the wheel goes without nodes/catalogue.json")
            return
        target = Path(tempfile.mkdtemp()) / "catalogue.json"
        command = [sys.executable, "-c", SCRIPT, str(target)]
        subprocess.run(command, cwd=self.root, check=True)
        build_data["force_include"][str(target)] = "nodes/catalogue.json"
