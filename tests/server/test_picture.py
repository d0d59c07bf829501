"""The graph inside a PNG, read without an image library."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from server.picture import NoGraphError, embedded_graph, is_picture

GRAPH = '{"title": "ä 猫"}'


def png(key: str = "latentgraph", *, packed: bool = False) -> bytes:
    info = PngInfo()
    info.add_itxt("other", "nothing of ours")
    info.add_itxt(key, GRAPH, zip=packed)
    stream = io.BytesIO()
    Image.new("RGB", (40, 30)).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_the_graph_comes_out_as_it_went_in(packed: bool) -> None:
    assert embedded_graph(png(packed=packed)).decode() == GRAPH


def test_every_kind_of_picture_is_known_and_json_is_none() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        stream = io.BytesIO()
        Image.new("RGB", (4, 4)).save(stream, kind)
        assert is_picture(stream.getvalue())
    assert not is_picture(b'{"format": 1}')
    assert not is_picture(b"")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png("another"), "carries no graph"),
        (b"\xff\xd8\xff a jpeg", "only PNG files do"),
        (png().partition(b"title")[0], "damaged or cut short"),
        (png().replace(b"title", b"TITLE"), "damaged or cut short"),
    ],
    ids=["another key", "jpeg", "cut", "changed"],
)
def test_a_picture_without_a_readable_graph(data: bytes, sentence: str) -> None:
    with pytest.raises(NoGraphError, match=sentence):
        embedded_graph(data)


def test_a_cut_anywhere_is_a_sentence() -> None:
    whole = png()
    for length in range(len(whole)):
        try:
            embedded_graph(whole[:length])
        except NoGraphError:
            continue
