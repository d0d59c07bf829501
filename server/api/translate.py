"""Failures of the parts below as refusals: which status each of their codes has."""

from __future__ import annotations

from engine.errors import GraphError, LatentgraphError, NodeError, Problem
from server.library.grapherrors import GraphError as LibraryError
from server.library.pictures import PictureError
from server.runs.errors import ClosingError, QueueFullError, RunsError
from server.worker.protocol import GraphRefusedError, WorkerDiedError

from .errors import ApiError, busy, refused

STATUS = {
    "storage_full": 507,
    "storage_busy": 503,
    "storage_read_only": 507,
    "storage_failed": 507,
    "database_corrupt": 507,
    "idempotency_key_reused": 409,
    "unknown_run": 404,
    "run_not_final": 409,
    "run_not_queued": 409,
    "bad_cursor": 400,
    "unsupported_media": 415,
    "too_many_pixels": 413,
    "too_large": 413,
    "bad_picture": 422,
    "bad_name": 422,
    "unknown_graph": 404,
    "name_taken": 409,
    "unknown_version": 404,
    "etag_mismatch": 412,
}


def translated(error: Exception) -> ApiError | None:
    """The refusal that an expected failure stands for; None where it is a defect."""
    match error:
        case GraphError():
            return refused(error.problems)
        case NodeError():
            problem = Problem(error.code, error.message, port=error.port, fix=error.fix)
            return refused([problem])
        case GraphRefusedError():
            return refused([Problem(**problem) for problem in error.problems])
        case QueueFullError():
            return busy(error.code, str(error), error.retry_after, 429)
        case ClosingError():
            return busy(error.code, str(error), error.retry_after)
        case WorkerDiedError():
            message = "The worker is not up at the moment; it is being started again."
            return busy("worker_unavailable", message)
        case RunsError() | LibraryError() | PictureError():
            return _by_code(error, error.code)
        case LatentgraphError():
            return ApiError(422, "refused", str(error))
    return None


def _by_code(error: Exception, code: str) -> ApiError:
    status = STATUS.get(code, 422)
    headers = {"Retry-After": "2"} if status == 503 else {}
    etag = getattr(error, "etag", None)
    if etag:
        headers["ETag"] = f'"{etag}"'
    return ApiError(status, code, str(error), headers=headers)
