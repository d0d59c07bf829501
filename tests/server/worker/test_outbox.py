from __future__ import annotations

import io
import os
import threading
import time
from typing import Any, BinaryIO

from PIL import Image

from server.worker import outbox as module
from server.worker.channel import Frame, read
from server.worker.outbox import Outbox


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def frames(stream: io.BytesIO) -> list[Frame]:
    stream = io.BytesIO(stream.getvalue())
    found = []
    while (frame := read(stream)) is not None:
        found.append(frame)
    return found


def shown(stream: io.BytesIO, count: int) -> list[int]:
    """The indices of the previews that were written, once there are `count`."""
    deadline = time.monotonic() + 60
    while True:
        found = [frame.head["header"]["index"] for frame in frames(stream)]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.005)


def picture() -> Any:
    return Image.new("RGBA", (8, 8), (255, 0, 0, 255))


def fail() -> None:
    raise AssertionError("broken")


def test_of_previews_that_come_too_fast_the_newest_wins() -> None:
    stream, clock = io.BytesIO(), Clock()
    outbox = Outbox(stream, fail, clock)
    assert outbox.wants_preview()
    outbox.preview("r", {"index": 0}, picture())
    assert shown(stream, 1) == [0]
    assert not outbox.wants_preview()
    for index in range(1, 7):
        outbox.preview("r", {"index": index}, picture())
    clock.now += 1
    assert shown(stream, 2) == [0, 6]
    last = frames(stream)[-1]
    assert last.head["header"]["media_type"] == "image/jpeg"
    assert Image.open(io.BytesIO(last.parts[0])).size == (8, 8)


def test_a_preview_that_is_no_picture_harms_nothing() -> None:
    stream, clock = io.BytesIO(), Clock()
    outbox = Outbox(stream, fail, clock)
    outbox.preview("r", {"index": 0, "path": "p"}, "no picture")
    deadline = time.monotonic() + 60
    while not outbox.wants_preview() and time.monotonic() < deadline:
        clock.now += 1
        time.sleep(0.005)
    outbox.preview("r", {"index": 1}, picture())
    assert shown(stream, 1) == [1]


def test_a_preview_that_was_dropped_does_not_come() -> None:
    stream, clock = io.BytesIO(), Clock()
    outbox = Outbox(stream, fail, clock)
    outbox.preview("r", {"index": 0}, picture())
    assert shown(stream, 1) == [0]
    outbox.preview("r", {"index": 1}, picture())
    outbox.drop_preview()
    clock.now += 1
    outbox.preview("r", {"index": 2}, picture())
    assert shown(stream, 2) == [0, 2]


def test_frames_are_written_in_order_by_any_number_of_threads() -> None:
    stream = io.BytesIO()
    outbox = Outbox(stream, fail)

    def send(name: int) -> None:
        for number in range(300):
            outbox.send(Frame({"name": name, "number": number}, (bytes(10),)))

    threads = [threading.Thread(target=send, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.flush(60)
    found = [(frame.head["name"], frame.head["number"]) for frame in frames(stream)]
    assert len(found) == 900
    for name in range(3):
        assert [number for other, number in found if other == name] == list(range(300))


def test_a_sender_waits_while_nobody_reads(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "WAITING", 1000)
    source, sink = os.pipe()
    stream: BinaryIO = os.fdopen(sink, "wb")
    outbox = Outbox(stream, fail)
    sent = []

    def send() -> None:
        for number in range(40):
            outbox.send(Frame({"number": number}, (bytes(20_000),)))
            sent.append(number)

    thread = threading.Thread(target=send)
    thread.start()
    thread.join(0.5)
    assert len(sent) < 40
    with os.fdopen(source, "rb") as reading:
        numbers = [frame.head["number"] for _ in range(40) if (frame := read(reading))]
    thread.join(60)
    assert numbers == list(range(40))
    outbox.flush(60)
    stream.close()


def test_when_nobody_is_there_any_more_it_says_so() -> None:
    source, sink = os.pipe()
    os.close(source)
    stream = os.fdopen(sink, "wb", buffering=0)
    broken = threading.Event()
    outbox = Outbox(stream, broken.set)
    outbox.send(Frame({"type": "event"}))
    assert broken.wait(60)
    outbox.send(Frame({"type": "event"}))
    outbox.flush(60)
    stream.close()
