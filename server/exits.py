"""How the command ends: exit codes, and the error that carries one with its sentence."""

from __future__ import annotations

OK = 0
FAILED = 1
WRONG = 2
FILES = 3
DEFECT = 4
AWAY = 5
CANCELLED = 130

TABLE = """exit codes:
  0    done
  1    the run failed: a node said why
  2    the command, the graph or a value is wrong
  3    a file could not be read or written
  4    a defect in latentgraph itself; the message names a log file
  5    no server answered, or it takes nothing at the moment
  130  cancelled with Ctrl-C
"""


class Stop(Exception):  # noqa: N818 - it ends the command, and is no defect
    """Ends the command: `code` is its exit status, the message a sentence for the user."""

    def __init__(self, message: str, code: int = WRONG) -> None:
        super().__init__(message)
        self.code = code


def reason(error: OSError) -> str:
    """Why a file operation failed, in words and without the path."""
    return (error.strerror or type(error).__name__).lower()
