"""How what the server keeps becomes the JSON that it answers."""

from __future__ import annotations

from datetime import UTC, datetime

from server.runs.record import Run, RunArtifact, RunValue, Stored

from .views import ArtifactJson, FileJson, RunJson, ValueJson


def moment(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def maybe_moment(seconds: float | None) -> str | None:
    return None if seconds is None else moment(seconds)


def file_json(file: Stored, folder: str = "artifacts") -> FileJson:
    return {
        "hash": file.hash,
        "media_type": file.media_type,
        "bytes": file.bytes,
        "width": file.width,
        "height": file.height,
        "url": f"/api/{folder}/{file.hash}",
    }


def artifact_json(made: RunArtifact) -> ArtifactJson:
    return {
        **file_json(made.file),
        "path": made.path,
        "turn": list(made.turn),
        "ordinal": made.ordinal,
        "name": made.name,
        "preview": made.preview,
    }


def value_json(value: RunValue) -> ValueJson:
    if value.kind == "plain":
        return {"kind": "plain", "plain": value.plain}
    if value.kind == "picture":
        return {"kind": "picture", "pictures": [file_json(file) for file in value.pictures]}
    return {"kind": "summary", "summary": dict(value.summary)}


def run_json(run: Run, place: int | None) -> RunJson:
    return {
        "id": run.id,
        "batch": run.batch,
        "item": run.item,
        "status": run.status,
        "title": run.asked.title,
        "name": run.asked.name,
        "version": run.asked.version,
        "priority": run.asked.priority,
        "created": moment(run.created),
        "started": maybe_moment(run.started),
        "finished": maybe_moment(run.finished),
        "attempts": run.attempts,
        "device": run.device,
        "catalogue": run.catalogue,
        "inputs": dict(run.asked.inputs),
        "want": None if run.asked.want is None else list(run.asked.want),
        "problems": [dict(problem) for problem in run.problems],
        "values": {name: value_json(value) for name, value in run.values.items()},
        "artifacts": [artifact_json(made) for made in run.artifacts],
        "timings": {
            path: {
                "runs": timing.runs,
                "cached": timing.cached,
                "seconds": timing.seconds,
                "failed": timing.failed,
            }
            for path, timing in run.timings.items()
        },
        "lost": list(run.lost),
        "retry_of": run.retry_of,
        "place": place,
    }
