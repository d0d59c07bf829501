"""The graph and A1111's text inside pictures, read without an image library."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from server.picture import (
    NoGraphError,
    embedded_graph,
    generation_parameters,
    is_picture,
)

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
        (b"\xff\xd8\xff a jpeg", "damaged or cut short"),
        (png().partition(b"title")[0], "damaged or cut short"),
        (png().replace(b"title", b"TITLE"), "damaged or cut short"),
    ],
    ids=["another key", "jpeg", "cut", "changed"],
)
def test_a_picture_without_a_readable_graph(data: bytes, sentence: str) -> None:
    with pytest.raises(NoGraphError, match=sentence):
        embedded_graph(data)


PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{}</rdf:RDF></x:xmpmeta>'
)
NAMED = '<rdf:Description rdf:about="" xmlns:latentgraph="urn:latentgraph:1"'
ESCAPED = '{&quot;title&quot;: "ä &#x732B;"}'
FORMS = {
    "element": f"{NAMED}><latentgraph:graph>{ESCAPED}</latentgraph:graph></rdf:Description>",
    "attribute": NAMED + " latentgraph:graph='" + ESCAPED + "'/>",
}


def with_xmp(kind: str, inner: str) -> bytes:
    stream = io.BytesIO()
    packet = PACKET.format(inner).encode()
    Image.new("RGB", (40, 30)).save(stream, kind, xmp=packet, exif=Image.Exif().tobytes())
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
@pytest.mark.parametrize("form", FORMS)
def test_xmp_as_other_programs_write_it_again(kind: str, form: str) -> None:
    """As an element or an attribute, its signs escaped in one way or another."""
    assert embedded_graph(with_xmp(kind, FORMS[form])).decode() == GRAPH
    with pytest.raises(NoGraphError, match="carries no graph"):
        embedded_graph(with_xmp(kind, NAMED + "/>"))


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_a_picture_without_xmp(kind: str) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, kind)
    with pytest.raises(NoGraphError, match="carries no graph"):
        embedded_graph(stream.getvalue())
    assert generation_parameters(stream.getvalue()) == ""


SAID = "ä cat 猫\nSteps: 20, Sampler: Euler a"


@pytest.mark.parametrize("text", [SAID, "a cat\nSteps: 20"])
@pytest.mark.parametrize("packed", [False, True])
def test_a1111s_text_of_a_png(text: str, packed: bool) -> None:
    info = PngInfo()
    info.add_text("parameters", text, zip=packed)
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG", pnginfo=info)
    assert generation_parameters(stream.getvalue()) == text


COMMENTS = {
    "big": b"UNICODE\0" + SAID.encode("utf-16-be"),
    "little": b"UNICODE\0" + "a cat\nSteps: 1".encode("utf-16-le"),
    "marked": b"UNICODE\0" + SAID.encode("utf-16"),
    "plain": b"ASCII\0\0\0a cat\nSteps: 1",
    "unnamed": b"\0" * 8 + SAID.encode(),
}


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
@pytest.mark.parametrize("code", COMMENTS)
def test_a1111s_text_in_exif(kind: str, code: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = COMMENTS[code]
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, kind, exif=exif.tobytes())
    said = generation_parameters(stream.getvalue())
    assert said == (SAID if code in {"big", "marked", "unnamed"} else "a cat\nSteps: 1")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_a_cut_anywhere_is_a_sentence(kind: str) -> None:
    whole = png() if kind == "PNG" else with_xmp(kind, FORMS["element"])
    for length in range(len(whole)):
        assert generation_parameters(whole[:length]) == ""
        try:
            embedded_graph(whole[:length])
        except NoGraphError:
            continue
