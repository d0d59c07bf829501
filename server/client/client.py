"""The server as a Python object, for programs that may block. Threads may share a client."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from . import requests, wire
from .address import Address, address
from .answers import Event, Page, Run
from .calls import AWAY, Call, checked, refused
from .errors import ClientError, Problem, RefusedError, RunFailedError, UnreachableError
from .files import as_graph, media_type, picture_of, verified, wants
from .patience import Patience
from .requests import LONGEST_WAIT, Graph, Turn
from .saved import Forecast, SavedGraph, Upload
from .stream import Parser, Place

Json = Any
T = TypeVar("T")


class Client:
    """`Client().run("txt2img", {"prompt": "a red circle"})`.

    server, token: default LATENTGRAPH_SERVER and LATENTGRAPH_TOKEN. patience: seconds for which
    requests that may be repeated are, while the server is away. A graph is a saved graph's name,
    or a graph file as a mapping. Every method raises UnreachableError and RefusedError.
    """

    def __init__(
        self, server: str | None = None, token: str | None = None, *, patience: float = 15.0
    ) -> None:
        self.address: Address = address(server, token)
        self.patience = patience

    def __repr__(self) -> str:
        return f"Client({self.address.url!r})"

    # runs

    def submit(
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
        """Queues a graph; returns once the server has it on disk.

        `want`: `node.port` texts, default outputs and sinks. A list for an input that takes none
        makes a run an item. `key`: the same key with the same request never runs it twice.
        """
        return self._do(
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

    def run(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        version: int | None = None,
        want: Sequence[str] | None = None,
        priority: int = 0,
        timeout: float | None = None,
    ) -> Run:
        """Queues one run and waits. Raises RunFailedError unless it completed, TimeoutError."""
        made = self.submit(graph, inputs, version=version, want=want, priority=priority)
        if len(made) != 1:
            raise ClientError("several_runs", f"{SEVERAL} It made {len(made)}.")
        done = self.wait(made[0].id, timeout)
        if done.status != "completed":
            raise RunFailedError(done)
        return done

    def wait(self, id: str, timeout: float | None = None) -> Run:
        """The run once it is final, however it ended. Raises TimeoutError after `timeout` s."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = LONGEST_WAIT if end is None else max(0.0, end - time.monotonic())
            run = self._do(requests.run(id, wait=round(min(left, LONGEST_WAIT), 3)))
            if run.final:
                return run
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"Run {id} is {run.status} after {timeout} s.")

    def get(self, id: str) -> Run:
        return self._do(requests.run(id))

    def list(
        self,
        *,
        status: str | None = None,
        name: str | None = None,
        batch: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """A page of runs, newest first."""
        return self._do(
            requests.runs(status=status, name=name, batch=batch, limit=limit, cursor=cursor)
        )

    def cancel(self, id: str) -> Run:
        return self._do(requests.cancel(id))

    def retry(self, id: str) -> Run:
        """The new run that does again what this one was asked."""
        return self._do(requests.retry(id))

    def move(self, id: str, *, before: str | None = None, first: bool = False) -> Run:
        """To another place in the queue: before a run, to the front, or (default) to the end."""
        return self._do(requests.move(id, before, first))

    def remove(self, id: str) -> None:
        """Forgets a run that is final."""
        self._do(requests.remove(id))

    def used_graph(self, id: str) -> Mapping[str, Json]:
        """The graph of a run with the values used, as a graph file."""
        return self._do(requests.used_graph(id))

    # what happens

    def events(self, run: str | None = None, *, after: int | None = None) -> Iterator[Event]:
        """Events as they come, over lost connections and restarts, none twice, none left out.

        With `run`: that run's, from its beginning, and ends when the run does. Without: all, from
        now on. `after`: those that follow this `seq`. An event of type `gap` says that the server
        no longer has what came before it.
        """
        place = Place(run, 0 if run is not None and after is None else after)
        patience = Patience(self.patience)
        while not place.ended:
            try:
                for event in self._stream(place):
                    patience.renew()
                    yield event
            except UnreachableError as error:
                self._rest(patience, error)
            except RefusedError as error:
                if error.status not in AWAY:
                    raise
                self._rest(patience, error)
            else:
                self._rest_between(place, patience)

    # looking ahead, and into what is kept

    def validate(self, graph: Mapping[str, Json]) -> tuple[Problem, ...]:
        """All that is wrong with a graph; nothing where it can run."""
        return self._do(requests.validate(wants(graph)))

    def forecast(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        version: int | None = None,
        want: Sequence[str] | None = None,
    ) -> Forecast:
        """What a run would do, without doing it."""
        return self._do(requests.forecast(as_graph(graph), inputs or {}, version, want))

    def peek_picture(self, id: str, wire: str, turn: Turn = ()) -> bytes:
        """A kept value of a run as PNG. `wire`: `node.port`; `turn`: from 0, -1 the start."""
        return self._do(requests.peek(id, wire, turn, "picture")).body

    def peek(self, id: str, wire: str, turn: Turn = ()) -> Mapping[str, Json]:
        """A kept value of a run in numbers: shape, dtype, min, max, mean."""
        answer = self._do(requests.peek(id, wire, turn, "summary"))
        found: Mapping[str, Json] = answer.json()["summary"]
        return found

    # graphs

    def graphs(self) -> tuple[SavedGraph, ...]:
        return self._do(requests.graphs())

    def graph(self, name: str, version: int | None = None) -> SavedGraph:
        return self._do(requests.graph(name, version))

    def versions(self, name: str) -> tuple[SavedGraph, ...]:
        return self._do(requests.versions(name))

    def save(self, name: str, graph: Mapping[str, Json], *, etag: str | None = None) -> SavedGraph:
        """Saves a new graph, or the version after `etag`.

        Raises RefusedError (status 412, with the present `etag`) where another came between.
        """
        return self._do(requests.save(name, wants(graph), etag))

    def delete_graph(self, name: str, *, etag: str | None = None) -> None:
        self._do(requests.delete_graph(name, etag))

    def restore(self, name: str, version: int) -> SavedGraph:
        """An old version becomes the newest."""
        return self._do(requests.restore(name, version))

    def rename(self, name: str, to: str, *, etag: str | None = None) -> SavedGraph:
        """A graph goes by another name, with its versions."""
        return self._do(requests.rename(name, to, etag))

    def templates(self) -> tuple[SavedGraph, ...]:
        """The stock graphs."""
        return self._do(requests.templates())

    def template(self, name: str) -> SavedGraph:
        return self._do(requests.template(name))

    # files

    def upload(self, picture: bytes | str) -> Upload:
        """Hands over a picture: its bytes, or the path of a file here."""
        data = picture_of(picture)
        return self._do(requests.upload(data, media_type(data)))

    def download(self, hash: str, *, uploaded: bool = False) -> bytes:
        """A file that a run made (or an upload), checked against its hash."""
        return verified(hash, self._do(requests.download(hash, uploaded=uploaded)))

    # the server

    def health(self) -> Mapping[str, Json]:
        """That it is there at all; asks for no token."""
        return self._do(requests.document("health"))

    def catalogue(self) -> Mapping[str, Json]:
        """Every node type as plain data."""
        return self._do(requests.document("catalogue"))

    def choices(self) -> Mapping[str, Json]:
        """The lists that node inputs name: models, images."""
        return self._do(requests.document("choices"))

    def limits(self) -> Mapping[str, Json]:
        return self._do(requests.document("limits"))

    def system(self) -> Mapping[str, Json]:
        """Version, devices and what they hold."""
        return self._do(requests.document("system"))

    def _do(self, call: Call[T]) -> T:
        patience = Patience(self.patience if call.repeatable else 0.0)
        while True:
            try:
                answer = wire.send(self.address, call)
            except UnreachableError as error:
                self._rest(patience, error)
                continue
            if answer.status in AWAY:
                self._rest(patience, refused(answer))
                continue
            return call.read(checked(answer))

    def _stream(self, place: Place) -> Iterator[Event]:
        parser = Parser()
        target, headers = requests.stream(place)
        for line in wire.lines(self.address, target, headers):
            event = parser.line(line)
            if event is not None and place.take(event):
                yield event
            place.ended = place.ended or line is None
            if place.ended:
                return

    def _rest_between(self, place: Place, patience: Patience) -> None:
        """A stream that ended in order, but not the run: the server went down, or drops us."""
        if not place.ended:
            self._rest(patience, wire.unreachable(self.address, EOFError("the stream ended")))

    @staticmethod
    def _rest(patience: Patience, error: ClientError) -> None:
        wait = patience.next()
        if wait is None:
            raise error
        time.sleep(wait)


SEVERAL = "run() makes one run; submit() takes lists and counts."
