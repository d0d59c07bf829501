"""The child's way out: frames written by a thread of their own, previews at most ten a second."""

from __future__ import annotations

import io
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from threading import Condition, Thread
from typing import Any, BinaryIO

from . import channel
from .channel import Frame

log = logging.getLogger(__name__)
Json = Any
WAITING = 64 << 20
"""Bytes that may wait; beyond them a sender waits too."""
INTERVAL = 0.1
"""Seconds between previews."""
QUALITY = 80


class Outbox:
    """Sends frames in order. Of previews that come too fast, the newest wins.

    `broken` is called, in the writing thread, when the other end is gone.
    """

    def __init__(
        self,
        stream: BinaryIO,
        broken: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._broken = broken
        self._clock = clock
        self._wake = Condition()
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._writing = False
        self._preview: tuple[str, Mapping[str, Json], Any] | None = None
        self._last = -INTERVAL
        self._gone = False
        Thread(target=self._run, name="outbox", daemon=True).start()

    def send(self, frame: Frame) -> None:
        """Hands a frame over; waits while too much is waiting."""
        data = channel.encode(frame.head, frame.parts)
        with self._wake:
            self._wake.wait_for(lambda: self._bytes < WAITING or self._gone)
            self._frames.append(data)
            self._bytes += len(data)
            self._wake.notify_all()

    def preview(self, run: str, header: Mapping[str, Json], image: Any) -> None:
        """Shows a PIL picture as soon as the last one is a tenth of a second old."""
        with self._wake:
            self._preview = run, header, image
            self._wake.notify_all()

    def wants_preview(self) -> bool:
        """Whether one that is made now would be shown at once."""
        return self._preview is None and self._clock() - self._last >= INTERVAL

    def drop_preview(self) -> None:
        """Forgets the one that waits: its run is over."""
        with self._wake:
            self._preview = None

    def flush(self, seconds: float) -> None:
        """Returns when everything is written, or after `seconds`."""
        with self._wake:
            self._wake.wait_for(self._is_idle, seconds)

    def _is_idle(self) -> bool:
        return self._gone or not (self._frames or self._writing)

    def _run(self) -> None:
        while True:
            frames, preview = self._next()
            try:
                if frames:
                    channel.write(self._stream, frames)
                if preview is not None and (data := _encoded(*preview)):
                    channel.write(self._stream, [data])
            except OSError:
                with self._wake:
                    self._gone = True
                    self._wake.notify_all()
                self._broken()
                return
            with self._wake:
                self._writing = False
                self._wake.notify_all()

    def _next(self) -> tuple[list[bytes], tuple[str, Mapping[str, Json], Any] | None]:
        """What is to be written now: all frames, and a preview once it is due."""
        with self._wake:
            while not self._frames:
                left = None
                if self._preview is not None:
                    left = self._last + INTERVAL - self._clock()
                    if left <= 0:
                        break
                self._wake.wait(left)
            frames = list(self._frames)
            self._frames.clear()
            self._bytes = 0
            self._writing = True
            preview = None
            if self._preview is not None and self._clock() - self._last >= INTERVAL:
                preview, self._preview = self._preview, None
                self._last = self._clock()
            return frames, preview


def _encoded(run: str, header: Mapping[str, Json], image: Any) -> bytes | None:
    """A preview as a frame; None where a pack's `preview()` gave something that is no picture."""
    stream = io.BytesIO()
    try:
        image.convert("RGB").save(stream, "JPEG", quality=QUALITY)
    except (AttributeError, TypeError, ValueError, OSError):
        log.warning("the preview of %s is no picture", header.get("path"), exc_info=True)
        return None
    head = {"type": "preview", "run": run, "header": {**header, "media_type": "image/jpeg"}}
    return channel.encode(head, (stream.getvalue(),))
