"""Files that a run leaves behind: safe names, never over another file, whole or not at all."""

from __future__ import annotations

import errno
import mimetypes
import os
import re
import tempfile
from pathlib import Path

from engine.context import Artifact
from engine.errors import NodeError

from .exits import FILES, Stop, reason

EXTENSIONS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff\u202a-\u202e\u2066-\u2069]+')
FIELD = re.compile(r"\{(title|seed|n)\}")
MAX_BYTES = 180
NOT_WRITTEN = "not_written"
FULL = {errno.ENOSPC, errno.EDQUOT}
DENIED = {errno.EACCES, errno.EPERM}


class Outputs:
    """A folder that takes the artifacts of one run. `written` lists the files, oldest first."""

    def __init__(self, folder: Path, title: str, seed: str) -> None:
        self.folder = folder
        self.written: list[Path] = []
        self._facts = {"title": title or "untitled", "seed": seed}

    def check(self) -> None:
        """Makes the folder and tries it, before a run that would be for nothing.

        Raises Stop where nothing can be written into it.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder) as trial:
                trial.write(b"x")
        except OSError as error:
            raise Stop(" ".join(refusal(self.folder, error)), FILES) from None

    def save(self, artifact: Artifact) -> Path:
        """Writes an artifact under a name of its own.

        Raises NodeError (`not_written`) where the folder or the file cannot be written.
        """
        extension = extension_of(artifact.media_type)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self._reserve(artifact.name, extension)
            _fill(path, artifact.data)
        except OSError as error:
            message, fix = refusal(self.folder, error)
            raise NodeError(message, code=NOT_WRITTEN, fix=fix) from None
        self.written.append(path)
        return path

    def _reserve(self, template: str, extension: str) -> Path:
        """An empty new file under the first name that is free."""
        counted = template if "{n}" in template else template + " {n}"
        number = 1
        while True:
            bare = "{n}" not in template and number == 1
            facts = {**self._facts, "n": str(number)}
            path = self.folder / (safe_name(template if bare else counted, facts) + extension)
            try:
                path.open("xb").close()
            except FileExistsError:
                number += 1
                continue
            return path


def refusal(folder: Path, error: OSError) -> tuple[str, str]:
    """Why nothing can be written into a folder, and what to do."""
    other = "Choose another folder with -o."
    if error.errno in FULL:
        message = f"There is no room left for a file in '{folder}'."
        return message, "Make room, or choose another folder with -o."
    if error.errno in DENIED:
        message = f"This user may not write into the folder '{folder}'."
        return message, "Change its permissions, or choose another folder with -o."
    if error.errno == errno.EROFS:
        return f"The folder '{folder}' is on a disk that can only be read.", other
    if found := _in_the_way(folder):
        what = "a file" if found.is_file() else "a link to nothing or a device"
        return f"'{found}' is {what}, not a folder.", other
    return f"Nothing can be written into '{folder}': {reason(error)}.", other


def _in_the_way(folder: Path) -> Path | None:
    """What stands where the folder, or one above it, should be."""
    places = (folder, *folder.parents)
    return next((each for each in places if os.path.lexists(each) and not each.is_dir()), None)


def safe_name(template: str, facts: dict[str, str]) -> str:
    """A file name without extension that every platform takes; the running number is kept."""
    number = facts["n"]
    filled = FIELD.sub(lambda field: facts[field[1]], template)
    name = " ".join(FORBIDDEN.sub(" ", filled).split()).strip(" .")
    name = _shortened(name, number)
    if RESERVED.fullmatch(name.partition(".")[0].strip()):
        name = f"_{name}"
    return name or number


def extension_of(media_type: str) -> str:
    return EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"


def _shortened(name: str, number: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    tail = f" {number}"
    cut = name.encode()[: MAX_BYTES - len(tail)].decode("utf-8", "ignore")
    return cut.strip(" .") + tail


def _fill(path: Path, data: bytes) -> None:
    """The data under a temporary name, then in the reserved file's place."""
    part = path.with_name(f".{os.getpid()}-{path.name}.part")
    try:
        with part.open("xb") as stream:
            stream.write(data)
            stream.flush()
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
