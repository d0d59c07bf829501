"""Memory that ran out: told from other errors, and put in words. Imports no torch."""

from __future__ import annotations

import os
import traceback

from .errors import NodeError, Problem
from .plan import Planned

WORDS = ("can't allocate memory", "CUDA error: out of memory", "_STATUS_ALLOC_FAILED")
AGAIN = "Memory ran out; what was idle was moved out of it, and the call made once more."


def is_shortage(error: BaseException | None) -> bool:
    """Whether memory ran out, of the device or of the system; torch says the latter in words.

    So too where it is the cause of a NodeError: what a loader took for a broken file.
    """
    if isinstance(error, NodeError):
        return is_shortage(error.__cause__)
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in WORDS)


def forget(error: BaseException) -> None:
    """Lets go of what the calls that raised it hold: their tensors would still fill the memory."""
    held: BaseException | None = error
    while held is not None:
        traceback.clear_frames(held.__traceback__)
        held.__traceback__ = None
        held = held.__cause__ or held.__context__


def out_of_memory(node: Planned, error: BaseException, free: int | None) -> Problem:
    """Says what was asked for and what is free, in torch's words where it has some."""
    root = error.__cause__ if isinstance(error, NodeError) and error.__cause__ else error
    detail = str(root).partition(". See")[0].split("\n")[0][:300].rstrip(".")
    message = f"{node.type} ran out of memory: {detail or 'no size was named'}"
    if "free" not in detail:
        message += f"; {_words(_free_ram() if free is None else free)} are free"
    message += ", with all that was idle moved out."
    tiled = node.declaration is not None and "tiled" in node.declaration.inputs
    ways = ["make the picture or the batch smaller", "use dtype float16 where the model is loaded"]
    if tiled:
        ways.insert(0, "set `tiled`")
    fix = ", or ".join(ways) + "."
    return Problem("out_of_memory", message, node.path, fix=fix[0].upper() + fix[1:])


def _words(count: int | None) -> str:
    return "unknown amounts" if count is None else f"{count / 2**30:.2f} GiB"


def _free_ram() -> int | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
