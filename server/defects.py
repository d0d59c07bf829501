"""What nobody foresaw: kept in a log with its traceback, told in a sentence."""

from __future__ import annotations

import tempfile
import time
import traceback
from pathlib import Path

from .settings import settings_of


def logged(error: Exception, tokens: list[str]) -> str:
    """Writes the traceback to a log file and returns the sentence that names it."""
    text = f"latentgraph {tokens}\n\n{''.join(traceback.format_exception(error))}"
    name = time.strftime("defect-%Y%m%d-%H%M%S.log")
    for folder in (settings_of().data / "log", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return f"latentgraph has a defect ({type(error).__name__}). Details are in {folder / name}"
    return f"latentgraph has a defect ({type(error).__name__}), and no log could be written."
