"""A process that forks servers, to be killed: started once, so that a round costs milliseconds.

Reads `SECONDS SEED` a line; forks a server on the folder given as argument, kills it with SIGKILL
after so many seconds and answers with a line of JSON: what the server had said until then.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from server.runs.hub import Event
from server.runs.service import Runs
from tests.server.fakeworker import FakeWorker, Play
from tests.server.runs.running import asked


async def serve(folder: Path, pipe: int, seed: int) -> None:
    """Accepts runs at random moments, and says what it accepted and what was heard."""
    chance = random.Random(seed)

    def say(**what: object) -> None:
        os.write(pipe, (json.dumps(what) + "\n").encode())

    play = Play(steps=3, pictures=2, seconds=0.001)
    runs = Runs(folder, [FakeWorker(play), FakeWorker(play, device="cpu:1")])
    await runs.open()
    say(opened=True)
    listening = asyncio.create_task(listen(runs, say))
    while True:
        key = f"{seed}-{chance.randrange(20)}" if chance.random() < 0.3 else None
        count = chance.randrange(1, 4)
        wanted = [asked(chance.randrange(1000), priority=chance.randrange(2))] * count
        made = await runs.submit(wanted, key=key, body_digest="any")
        say(accepted=[run.id for run in made], key=key)
        if chance.random() < 0.1:
            cancelled = await runs.cancel(made[0].id)
            say(cancelled=cancelled.id, status=cancelled.status)
        await asyncio.sleep(chance.random() * 0.01)
        assert not listening.done()


async def listen(runs: Runs, say: object) -> None:
    async for event in runs.hub.subscribe():
        if isinstance(event, Event):
            say(seq=event.seq, run=event.run, type=event.type)  # type: ignore[operator]


def round_of(folder: Path, seconds: float, seed: int) -> list[str]:
    """One server's life, and what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            asyncio.run(serve(folder, writing, seed))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test has to see it
            os.write(writing, (json.dumps({"failed": repr(error)}) + "\n").encode())
        os._exit(1)
    os.close(writing)
    os.set_blocking(reading, False)
    said, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.002)
        said += _drained(reading)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said += _drained(reading)
    os.close(reading)
    # A line that was cut by the kill was not said.
    return said.decode().split("\n")[:-1]


def _drained(pipe: int) -> bytes:
    said = b""
    while True:
        try:
            block = os.read(pipe, 1 << 16)
        except BlockingIOError:
            return said
        if not block:
            return said
        said += block


def main() -> None:
    folder = Path(sys.argv[1])
    for line in sys.stdin:
        seconds, seed = line.split()
        said = round_of(folder, float(seconds), int(seed))
        print(json.dumps([json.loads(item) for item in said]), flush=True)


if __name__ == "__main__":
    main()
