"""A worker without torch or a process: the same events, files and values, told what to do."""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from server.worker.protocol import (
    Hears,
    Job,
    Made,
    Outcome,
    Peeked,
    Stats,
    Value,
    WorkerClosedError,
    WorkerDiedError,
)

Json = Any
SINKS = ("SaveImage", "PreviewImage")
NON_FINITE: Mapping[str, Json] = {
    "code": "non_finite",
    "message": "'move' made values that are not finite (NaN or infinity) in turn 3 of 4.",
    "path": "denoise",
    "port": "latent",
    "fix": "",
}


@dataclass(frozen=True, slots=True)
class Play:
    """How the fake runs one job.

    steps: turns of every Repeat. seconds: before each node and each turn. fails: the problem with
    which the last node ends. dies_after: turns or nodes after which the worker is dead; `always`
    so or only on the first attempt of that run. deaf: a node hears no cancel, so that the
    "process" is replaced after `grace` seconds. values: what the wanted outputs come to, instead
    of a picture for ports named image and a number for others.
    """

    steps: int = 4
    seconds: float = 0.0
    fails: Mapping[str, Json] | None = None
    dies_after: int | None = None
    always: bool = True
    deaf: bool = False
    grace: float = 0.05
    pictures: int = 1
    values: Mapping[str, Value] | None = None


@dataclass(slots=True)
class _Now:
    """The run that is on."""

    job: Job
    hears: Hears
    play: Play
    acts: int = 0
    asked: bool = False
    killed: bool = False
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    timings: dict[str, tuple[int, int, float, bool]] = field(default_factory=dict)


class CancelledNow(Exception):  # noqa: N818 - to be cancelled is no error
    """Ends a run that was cancelled."""


class FakeWorker:
    """`Worker` for tests: what it makes follows from the graph and the inputs alone.

    plays: one Play for all jobs, or a function of the Job. A job seen before is answered from
    "the cache", as the engine would. `jobs` lists what it was given, `began` counts by run.
    """

    def __init__(
        self, plays: Play | Callable[[Job], Play] | None = None, *, device: str = "cpu"
    ) -> None:
        self._device = device
        self._plays = plays or Play()
        self._now: _Now | None = None
        self._kept: dict[str, int] = {}
        self.started = self.closed = False
        self.fails_to_start = False
        self.previews = False
        self.restarts = 0
        self.jobs: list[Job] = []
        self.began: dict[str, int] = {}
        self.entries: dict[str, Sequence[str]] = {"models": ("demo",), "images": ()}

    @property
    def device(self) -> str:
        return self._device

    async def start(self) -> None:
        if self.fails_to_start:
            raise WorkerDiedError("The worker could not start: exit code 3.")
        self.started = True

    async def run(self, job: Job, hears: Hears) -> Outcome:
        if self._now is not None:
            raise RuntimeError("This worker is running another job.")
        if not self.started or self.closed:
            raise WorkerDiedError("The worker is not running.")
        play = self._plays(job) if callable(self._plays) else self._plays
        self.jobs.append(job)
        self.began[job.run] = self.began.get(job.run, 0) + 1
        self._now = _Now(job, hears, play)
        self.previews = job.previews
        try:
            return await self._play(self._now)
        except WorkerDiedError:
            self.restarts += 1
            raise
        finally:
            self._now = None

    async def cancel(self, run: str) -> None:
        if self._now is not None and self._now.job.run == run:
            self._now.asked = True
            self._now.stirred.set()

    async def watch(self, previews: bool) -> None:
        self.previews = previews

    async def forecast(
        self, graph: str, inputs: Mapping[str, Json], want: Sequence[str] | None
    ) -> Mapping[str, Json]:
        document = json.loads(graph)
        steps = self._kept.get(_name(graph, inputs), 0)
        state = "cached" if steps else "run"
        nodes = dict(_nodes(document))
        loops = [path for path, node in nodes.items() if node["type"] == "Repeat"]
        return {
            "states": {path: _state(node, state) for path, node in nodes.items()},
            "turns": {path: [steps, steps or 4] for path in loops},
            "until": {},
        }

    async def peek(
        self, graph: str, inputs: Mapping[str, Json], wire: str, turn: Sequence[int], picture: bool
    ) -> Peeked | None:
        name = _name(graph, inputs)
        steps = self._kept.get(name, 0)
        if any(index >= steps for index in turn) or not steps:
            return None
        if picture:
            return Peeked(picture=png(f"{name}{wire}{list(turn)}"))
        tensors = [{"shape": [1, 4, 32, 32], "dtype": "torch.float32", "device": "cpu"}]
        return Peeked(summary={"type": "Latent", "tensors": tensors})

    async def choices(self) -> Mapping[str, Sequence[str]]:
        return self.entries

    async def stats(self) -> Stats:
        state: Any = "dead" if self.closed else "busy" if self._now else "idle"
        run = self._now.job.run if self._now else None
        return Stats(self._device, state, run, self.restarts, 1 << 20, {"ram": 0})

    async def close(self, grace: float) -> None:
        self.closed = True
        if self._now is not None:
            await self.cancel(self._now.job.run)

    def die(self) -> None:
        """Kills the "process": the run that is on ends in WorkerDiedError."""
        if self._now is not None:
            self._now.killed = True
            self._now.stirred.set()

    async def _play(self, now: _Now) -> Outcome:
        document = json.loads(now.job.graph)
        nodes = dict(_nodes(document))
        name = _name(now.job.graph, now.job.inputs)
        problems: tuple[Mapping[str, Json], ...] = ()
        self._say(now, "planned", nodes=list(nodes), lost=[])
        try:
            for path, node in nodes.items():
                await self._node(now, path, node, cached=name in self._kept)
        except CancelledNow:
            return Outcome("cancelled", 0.5, timings=now.timings)
        if now.play.fails is not None:
            problems = (now.play.fails,)
            self._say(now, "node_failed", problem=dict(now.play.fails), turn=[])
            return Outcome("failed", 0.5, problems, timings=now.timings)
        self._kept[name] = now.play.steps
        values = now.play.values if now.play.values is not None else _values(now.job, document)
        return Outcome("completed", 0.5, values=values, timings=now.timings)

    async def _node(self, now: _Now, path: str, node: Json, *, cached: bool) -> None:
        kind = node["type"].rpartition(":")[2]
        if node.get("in_body"):
            return
        if kind == "Repeat":
            await self._turns(now, path, cached=cached)
            return
        sink = kind in SINKS
        await self._act(now)
        if cached and not sink:
            self._say(now, "node_finished", path=path, seconds=0.0, cached=True)
            now.timings[path] = (0, 1, 0.0, False)
            return
        self._say(now, "node_started", path=path)
        if sink:
            self._save(now, path, preview=kind == "PreviewImage")
        self._say(now, "node_finished", path=path, seconds=0.01, cached=False)
        now.timings[path] = (1, 0, 0.01, False)

    async def _turns(self, now: _Now, path: str, *, cached: bool) -> None:
        count = now.play.steps
        first = count - 1 if cached else 0
        for index in range(first, count):
            await self._act(now)
            facts = {"index": index, "count": count, "seconds": 0.01, "cached": cached}
            self._say(now, "turn", path=path, around=[], **facts)
            if self.previews and not cached:
                header = {"path": path, "around": [], "index": index, "media_type": "image/jpeg"}
                now.hears.preview(now.job.run, header, b"\xff\xd8\xff preview %d" % index)
        now.timings[path] = (0 if cached else count, count if cached else 0, 0.01, False)

    async def _act(self, now: _Now) -> None:
        """One step: waits, dies, or ends as told."""
        play = now.play
        if not now.stirred.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(now.stirred.wait(), max(play.seconds, 0.0001))
        again = self.began[now.job.run] > 1 and not play.always
        dies = play.dies_after is not None and now.acts >= play.dies_after and not again
        if dies or now.killed:
            raise WorkerDiedError("The worker was ended by SIGKILL.")
        if now.asked and play.deaf:
            await asyncio.sleep(play.grace)
            self.restarts += 1
        if self.closed:
            raise WorkerClosedError("The worker was closed.")
        if now.asked:
            raise CancelledNow
        now.acts += 1

    def _save(self, now: _Now, path: str, *, preview: bool) -> None:
        for ordinal in range(now.play.pictures):
            data = png(f"{_name(now.job.graph, now.job.inputs)}{path}{ordinal}", now.job.graph)
            made = Made(path, (), ordinal, "{title} {seed} {n}", "image/png", data, preview)
            now.hears.made(now.job.run, made)

    def _say(self, now: _Now, kind: str, **facts: Json) -> None:
        now.hears.event(now.job.run, {"type": kind, **facts})


def _nodes(document: Json) -> Iterator[tuple[str, Json]]:
    """Every node, bodies included; those in a body are marked `in_body`."""
    for path, node in document.get("nodes", {}).items():
        yield path, node
        for inner, within in _nodes({"nodes": node.get("body") or {}}):
            yield inner, {**within, "in_body": True}


def _state(node: Json, state: str) -> str:
    return "run" if node["type"].rpartition(":")[2] in SINKS else state


def _name(graph: str, inputs: Mapping[str, Json]) -> str:
    asked = json.dumps([graph, dict(inputs)], sort_keys=True)
    return blake2b(asked.encode(), digest_size=8).hexdigest()


def _values(job: Job, document: Json) -> dict[str, Value]:
    public = document.get("outputs", {})
    wanted = list(public) if job.want is None else [w for w in job.want if w in public or "." in w]
    name = _name(job.graph, job.inputs)
    return {want: _value(public.get(want, want), name) for want in wanted}


def _value(wire: str, name: str) -> Value:
    if wire.rpartition(".")[2] in {"image", "images"}:
        return Value("picture", pictures=(png(name + wire),))
    return Value("plain", plain=int(name[:6], 16))


def png(seed: str, document: str = "", side: int = 8) -> bytes:
    """A picture of one colour that follows from `seed`, with a graph in it like SaveImage's."""
    colour = blake2b(seed.encode(), digest_size=3).digest()
    rows = b"".join(b"\0" + colour * side for _ in range(side))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))]
    if document:
        chunks.append((b"iTXt", b"latentgraph\0\0\0\0\0" + document.encode()))
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)
