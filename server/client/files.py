"""Pictures and graphs on their way: what kind they are, and whether they came whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import ClientError
from .requests import Graph

Json = Any
SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)


def media_type(data: bytes) -> str:
    """By the first bytes; the server looks for itself."""
    return next((kind for sign, kind in SIGNS if data.startswith(sign)), "application/octet-stream")


def picture_of(picture: bytes | str) -> bytes:
    """The bytes of a picture that is given as such or as a file's path. Raises OSError."""
    return Path(picture).read_bytes() if isinstance(picture, str) else bytes(picture)


def verified(hash: str, data: bytes) -> bytes:
    """The data, if it has that hash. Raises ClientError (`damaged`)."""
    found = "sha256:" + hashlib.sha256(data).hexdigest()
    if found == hash:
        return data
    sentence = f"The file came damaged: {len(data)} bytes with the hash {found}, not {hash}."
    raise ClientError("damaged", sentence)


def wants(graph: Mapping[str, Json]) -> Mapping[str, Json]:
    """The graph, if it can be written as JSON. Raises ClientError (`bad_graph`)."""
    try:
        json.dumps(graph, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ClientError("bad_graph", f"The graph cannot be written as JSON: {error}.") from None
    return graph


def as_graph(graph: Graph) -> Graph:
    """A name as it is, a graph if it can be sent. Raises ClientError (`bad_graph`)."""
    return graph if isinstance(graph, str) else wants(graph)
