"""Files by the hash of their content: uploads, what runs made, and small versions of both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from engine.errors import Problem
from server.library.thumbnails import MEDIA_TYPE
from server.runs.record import Stored

from .body import check_media, read
from .call import Call
from .errors import ApiError, not_found, refused
from .forms import ThumbnailQuery
from .parts import MULTIPART, parts
from .replies import FILE_POLICY, FOREVER, file_reply, json_reply
from .route import Answer, Handler, Route
from .shown import file_json
from .views import ErrorJson, UploadJson

PICTURES = ("image/png", "image/jpeg", "image/webp")
TAKES = (*PICTURES, "application/octet-stream", MULTIPART)
INLINE = frozenset(PICTURES)


async def upload(call: Call) -> web.StreamResponse:
    async with sent(call) as data:
        stored = await call.house.runs.uploads.add(data)
    reply = file_json(stored, "uploads")
    return json_reply(reply, 201, {"Location": reply["url"]})


@asynccontextmanager
async def sent(call: Call) -> AsyncIterator[bytes]:
    """The picture in a request: the body, or the one file of a form. Raises ApiError."""
    limits = call.house.limits
    with call.house.held.hold() as holding:
        media = check_media(call.request, TAKES)
        if media == MULTIPART:
            found = await parts(call.request, limits.max_upload_bytes, limits.body_seconds, holding)
            files = [data for name, data, is_file in found if is_file or name == "file"]
            if len(files) != 1:
                raise _not_one(f"The form must hold one file, this has {len(files)}.")
            data = files[0]
        else:
            limit = limits.max_upload_bytes
            data = await read(call.request, limit, limits.body_seconds, holding)
        if not data:
            raise _not_one("The body is empty; it must be a picture.")
        yield data


def _not_one(message: str) -> ApiError:
    return refused([Problem("bad_picture", message, port="file")], 422, "body")


async def uploaded(call: Call) -> web.StreamResponse:
    kept = call.house.runs.uploads
    name = call.path["hash"]
    return await _send(call, await kept.get(name), kept.path(name))


async def artifact(call: Call) -> web.StreamResponse:
    kept = call.house.runs.artifacts
    name = call.path["hash"]
    return await _send(call, await kept.get(name), kept.path(name))


async def _send(call: Call, stored: Stored | None, path: Path | None) -> web.StreamResponse:
    if stored is None or path is None:
        raise _missing()
    media = stored.media_type if stored.media_type in INLINE else "application/octet-stream"
    seconds = call.house.limits.stalled_seconds
    return await file_reply(call.request, path, media, stored.hash, seconds)


async def upload_thumbnail(call: Call) -> web.StreamResponse:
    return await _thumbnail(call, call.house.runs.uploads.path(call.path["hash"]))


async def artifact_thumbnail(call: Call) -> web.StreamResponse:
    return await _thumbnail(call, call.house.runs.artifacts.path(call.path["hash"]))


async def _thumbnail(call: Call, path: Path | None) -> web.StreamResponse:
    size = call.asked(ThumbnailQuery).size
    name = call.path["hash"]
    if path is None:
        raise _missing()
    data = await call.house.runs.thumbnails.thumbnail(path, name, size)
    headers = {"Cache-Control": FOREVER, "Content-Security-Policy": FILE_POLICY}
    return web.Response(body=data, content_type=MEDIA_TYPE, headers=headers)


def _missing() -> ApiError:
    return not_found("not_found", "There is no such file.")


MISSING = Answer("There is no such file.", ErrorJson)
FILE = Answer("The file as it is kept.", None, (*PICTURES, "application/octet-stream"))
SMALL = Answer("The small picture.", None, (MEDIA_TYPE,))


def _reading(folder: str, subject: str, file: Handler, small: Handler) -> tuple[Route, Route]:
    """The routes that read a kind of file and its thumbnail."""
    name = subject.capitalize()
    return (
        Route(
            "GET",
            f"/api/{folder}/{{hash}}",
            f"get{name}",
            f"One {subject}, by the hash of its content",
            file,
            tag="files",
            answers={200: FILE, 304: Answer("You have it already."), 404: MISSING},
        ),
        Route(
            "GET",
            f"/api/{folder}/{{hash}}/thumbnail",
            f"get{name}Thumbnail",
            f"A small picture of an {subject}",
            small,
            tag="files",
            query=ThumbnailQuery,
            answers={200: SMALL, 404: MISSING},
        ),
    )


ROUTES = (
    Route(
        "POST",
        "/api/uploads",
        "upload",
        "Send a picture for graphs to read",
        upload,
        tag="files",
        takes=TAKES,
        answers={201: Answer("Kept. Image inputs take its hash.", UploadJson)},
        about="PNG, JPEG or WebP, as the body itself or as the one file of a form.",
    ),
    *_reading("uploads", "upload", uploaded, upload_thumbnail),
    *_reading("artifacts", "artifact", artifact, artifact_thumbnail),
)
