"""Pictures given as values: a data URI becomes an upload, named by its hash."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from engine.errors import GraphError, Problem
from engine.ports import Input
from server.library.uploads import Uploads

Json = Any
DATA_URI = re.compile(r"data:[a-z0-9.+/-]{0,64}(;[a-z0-9=_-]{1,64})*;base64,", re.IGNORECASE)


def is_image(port: Input | None) -> bool:
    return port is not None and port.widget is not None and port.widget.kind == "image"


async def taken_over(
    inputs: Mapping[str, Json], ports: Mapping[str, Input], uploads: Uploads
) -> dict[str, Json]:
    """The inputs with every data URI for a picture replaced by its upload.

    Raises GraphError, PictureError.
    """
    made = dict(inputs)
    for name, value in inputs.items():
        if is_image(ports.get(name)):
            made[name] = await _taken(name, value, uploads)
    return made


async def _taken(name: str, value: Json, uploads: Uploads) -> Json:
    if isinstance(value, list):
        return [await _taken(name, item, uploads) for item in value]
    if not isinstance(value, str) or not value.startswith("data:"):
        return value
    return (await uploads.add(_decoded(name, value))).hash


def _decoded(name: str, text: str) -> bytes:
    head = DATA_URI.match(text)
    try:
        if head:
            return base64.b64decode(text[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        pass
    message = "wants a picture as data:image/png;base64,..., this is no valid base64."
    raise GraphError([Problem("bad_picture", message, port=name)])
