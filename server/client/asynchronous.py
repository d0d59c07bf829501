"""The server as a Python object, for programs with an event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from . import requests
from .address import Address, address
from .answers import Event, Page, Run
from .asyncwire import Wire
from .calls import AWAY, Call, checked, refused
from .client import SEVERAL
from .errors import ClientError, Problem, RefusedError, RunFailedError, UnreachableError
from .files import as_graph, media_type, picture_of, verified, wants
from .patience import Patience
from .requests import LONGEST_WAIT, Graph, Turn
from .saved import Forecast, SavedGraph, Upload
from .stream import Parser, Place

Json = Any
T = TypeVar("T")


class AsyncClient:
    """`async with AsyncClient() as client: await client.run("txt2img", {"prompt": "..."})`.

    The methods are those of `Client`, which says what they do, awaited. Close it when done.
    """

    def __init__(
        self, server: str | None = None, token: str | None = None, *, patience: float = 15.0
    ) -> None:
        self.address: Address = address(server, token)
        self.patience = patience
        self._wire = Wire(self.address)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._wire.close()

    def __repr__(self) -> str:
        return f"AsyncClient({self.address.url!r})"

    # runs

    async def submit(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        version: int | None = None,
        want: Sequence[str] | None = None,
        count: int = 1,
        priority: int = 0,
        webhook: str | None = None,
        key: str | None = None,
    ) -> tuple[Run, ...]:
        return await self._do(
            requests.submit(
                as_graph(graph),
                inputs or {},
                version=version,
                want=want,
                count=count,
                priority=priority,
                webhook=webhook,
                key=key,
            )
        )

    async def run(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        version: int | None = None,
        want: Sequence[str] | None = None,
        priority: int = 0,
        timeout: float | None = None,
    ) -> Run:
        made = await self.submit(graph, inputs, version=version, want=want, priority=priority)
        if len(made) != 1:
            raise ClientError("several_runs", f"{SEVERAL} It made {len(made)}.")
        done = await self.wait(made[0].id, timeout)
        if done.status != "completed":
            raise RunFailedError(done)
        return done

    async def wait(self, id: str, timeout: float | None = None) -> Run:
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = LONGEST_WAIT if end is None else max(0.0, end - time.monotonic())
            run = await self._do(requests.run(id, wait=round(min(left, LONGEST_WAIT), 3)))
            if run.final:
                return run
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"Run {id} is {run.status} after {timeout} s.")

    async def get(self, id: str) -> Run:
        return await self._do(requests.run(id))

    async def list(
        self,
        *,
        status: str | None = None,
        name: str | None = None,
        batch: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        return await self._do(
            requests.runs(status=status, name=name, batch=batch, limit=limit, cursor=cursor)
        )

    async def cancel(self, id: str) -> Run:
        return await self._do(requests.cancel(id))

    async def retry(self, id: str) -> Run:
        return await self._do(requests.retry(id))

    async def move(self, id: str, *, before: str | None = None, first: bool = False) -> Run:
        return await self._do(requests.move(id, before, first))

    async def remove(self, id: str) -> None:
        await self._do(requests.remove(id))

    async def used_graph(self, id: str) -> Mapping[str, Json]:
        return await self._do(requests.used_graph(id))

    # what happens

    async def events(
        self, run: str | None = None, *, after: int | None = None
    ) -> AsyncIterator[Event]:
        place = Place(run, 0 if run is not None and after is None else after)
        patience = Patience(self.patience)
        while not place.ended:
            try:
                async for event in self._stream(place):
                    patience.renew()
                    yield event
            except UnreachableError as error:
                await self._rest(patience, error)
            except RefusedError as error:
                if error.status not in AWAY:
                    raise
                await self._rest(patience, error)
            else:
                if not place.ended:
                    ended = UnreachableError(self.address.url, "the stream ended")
                    await self._rest(patience, ended)

    # looking ahead, and into what is kept

    async def validate(self, graph: Mapping[str, Json]) -> tuple[Problem, ...]:
        return await self._do(requests.validate(wants(graph)))

    async def forecast(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        version: int | None = None,
        want: Sequence[str] | None = None,
    ) -> Forecast:
        return await self._do(requests.forecast(as_graph(graph), inputs or {}, version, want))

    async def peek_picture(self, id: str, wire: str, turn: Turn = ()) -> bytes:
        return (await self._do(requests.peek(id, wire, turn, "picture"))).body

    async def peek(self, id: str, wire: str, turn: Turn = ()) -> Mapping[str, Json]:
        answer = await self._do(requests.peek(id, wire, turn, "summary"))
        found: Mapping[str, Json] = answer.json()["summary"]
        return found

    # graphs

    async def graphs(self) -> tuple[SavedGraph, ...]:
        return await self._do(requests.graphs())

    async def graph(self, name: str, version: int | None = None) -> SavedGraph:
        return await self._do(requests.graph(name, version))

    async def versions(self, name: str) -> tuple[SavedGraph, ...]:
        return await self._do(requests.versions(name))

    async def save(
        self, name: str, graph: Mapping[str, Json], *, etag: str | None = None
    ) -> SavedGraph:
        return await self._do(requests.save(name, wants(graph), etag))

    async def delete_graph(self, name: str, *, etag: str | None = None) -> None:
        await self._do(requests.delete_graph(name, etag))

    async def restore(self, name: str, version: int) -> SavedGraph:
        return await self._do(requests.restore(name, version))

    async def rename(self, name: str, to: str, *, etag: str | None = None) -> SavedGraph:
        return await self._do(requests.rename(name, to, etag))

    async def templates(self) -> tuple[SavedGraph, ...]:
        return await self._do(requests.templates())

    async def template(self, name: str) -> SavedGraph:
        return await self._do(requests.template(name))

    # files

    async def upload(self, picture: bytes | str) -> Upload:
        data = picture_of(picture)
        return await self._do(requests.upload(data, media_type(data)))

    async def download(self, hash: str, *, uploaded: bool = False) -> bytes:
        return verified(hash, await self._do(requests.download(hash, uploaded=uploaded)))

    # the server

    async def health(self) -> Mapping[str, Json]:
        return await self._do(requests.document("health"))

    async def catalogue(self) -> Mapping[str, Json]:
        return await self._do(requests.document("catalogue"))

    async def choices(self) -> Mapping[str, Json]:
        return await self._do(requests.document("choices"))

    async def limits(self) -> Mapping[str, Json]:
        return await self._do(requests.document("limits"))

    async def system(self) -> Mapping[str, Json]:
        return await self._do(requests.document("system"))

    async def _do(self, call: Call[T]) -> T:
        patience = Patience(self.patience if call.repeatable else 0.0)
        while True:
            try:
                answer = await self._wire.send(call)
            except UnreachableError as error:
                await self._rest(patience, error)
                continue
            if answer.status in AWAY:
                await self._rest(patience, refused(answer))
                continue
            return call.read(checked(answer))

    async def _stream(self, place: Place) -> AsyncIterator[Event]:
        parser = Parser()
        target, headers = requests.stream(place)
        async for line in self._wire.lines(target, headers):
            event = parser.line(line)
            if event is not None and place.take(event):
                yield event
            place.ended = place.ended or line is None
            if place.ended:
                return

    @staticmethod
    async def _rest(patience: Patience, error: ClientError) -> None:
        wait = patience.next()
        if wait is None:
            raise error
        await asyncio.sleep(wait)
