from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.worker.channel import PREFIX, BrokenChannelError, Frame, encode, read, receive

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
HEADS = st.dictionaries(st.text().filter(lambda name: name != "\0parts"), JSON, max_size=4)
FRAMES = st.builds(Frame, HEADS, st.lists(st.binary(max_size=50), max_size=4).map(tuple))


def both(data: bytes, count: int) -> tuple[list[Any], list[Any]]:
    """What the blocking end and the other one read."""

    async def reading() -> list[Any]:
        stream = asyncio.StreamReader()
        stream.feed_data(data)
        stream.feed_eof()
        return [await receive(stream) for _ in range(count)]

    blocking = io.BytesIO(data)
    return [read(blocking) for _ in range(count)], asyncio.run(reading())


@given(st.lists(FRAMES, max_size=4))
def test_frames_come_out_as_they_went_in(frames: list[Frame]) -> None:
    data = b"".join(encode(frame.head, frame.parts) for frame in frames)
    wanted = [*frames, None]
    assert both(data, len(wanted)) == (wanted, wanted)


@given(FRAMES, st.data())
def test_one_that_is_cut_short_is_the_end(frame: Frame, data: st.DataObject) -> None:
    whole = encode(frame.head, frame.parts)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert both(cut, 1) == ([None], [None])


@pytest.mark.parametrize(
    "data",
    [
        b"chatter 1\nchatter 2\n",
        PREFIX.pack(b"lgw1", 2, 0) + b"[]",
        PREFIX.pack(b"lgw1", 1, 0) + b"{",
        PREFIX.pack(b"lgw1", 2, 3) + b"{}abc",
        PREFIX.pack(b"lgw1", (1 << 32) - 1, 0),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenChannelError):
        read(io.BytesIO(data))


def test_parts_are_as_large_as_pictures_are() -> None:
    parts = (bytes(3_000_000), b"", b"x" * 100_000)
    frame = Frame({"type": "made"}, parts)
    assert both(encode(frame.head, parts), 1) == ([frame], [frame])
