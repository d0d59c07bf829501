"""The server's log: one line an entry, as JSON, with nothing in it that could end a line or hide.

Neither tokens nor queries, headers or bodies are written.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import traceback
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

MAX_BYTES = 10 << 20
KEPT = 3


class JsonLine(logging.Formatter):
    """One JSON object a line; control characters and what is not ASCII are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            entry["trace"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(entry)


class PlainLine(logging.Formatter):
    """A line for a terminal: `level: message`, escaped in the same way; details are in the file."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
        return f"{record.levelname.lower()}: {shown}"


def start_log(folder: Path, level: int = logging.INFO) -> None:
    """Everything to a file that is turned over, warnings to the terminal as well.

    A disk that is full loses lines of the log, never a run.
    """
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.setLevel(level)
    shown = logging.StreamHandler()
    shown.setLevel(logging.WARNING)
    shown.setFormatter(PlainLine())
    root.addHandler(shown)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = logging.handlers.RotatingFileHandler(
            folder / "server.log", maxBytes=MAX_BYTES, backupCount=KEPT, encoding="ascii"
        )
    except OSError as error:
        root.warning("the log cannot be written: %s", error.strerror)
        return
    file.setFormatter(JsonLine())
    root.addHandler(file)


class AccessLog(AbstractAccessLogger):
    """A line a request, written once it was answered."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        fields = {
            "method": request.method[:20],
            "path": request.path[:200],
            "status": response.status,
            "ms": round(time * 1000, 1),
        }
        self.logger.info("request", extra={"fields": fields})
