"""Events of a run as lines of JSON, for programs that read the command's output."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine import events

CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def event_line(event: events.Event, file: Path | None = None) -> str:
    """One event as one line; a saved artifact is its file, not its bytes."""
    made: dict[str, Any] = {"event": CAPITAL.sub("_", type(event).__name__).lower()}
    for field in fields(event):
        made[field.name] = getattr(event, field.name)
    if isinstance(event, events.NodeFailed):
        made["problem"] = event.problem.to_json()
    if isinstance(event, events.ArtifactSaved):
        artifact = made.pop("artifact")
        made |= {"media_type": artifact.media_type, "bytes": len(artifact.data)}
        made |= {"preview": artifact.preview, "file": str(file) if file else None}
    return json.dumps(made, ensure_ascii=False)
