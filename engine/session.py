"""The front of the engine for programs: an `Engine` loads, checks, forecasts and runs graphs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from . import events
from .bind import bind
from .cache import Glance, RamCache, Tier
from .catalogue import Catalogue
from .context import Artifact, Context, ModelPool
from .errors import GraphError, Problem, RunCancelled
from .files import Files
from .graph import Graph, parse
from .memory import KEPT_VALUES, Memory
from .migrate import migrate
from .packs import Registry, find_packs, load_packs
from .plain import Json
from .planner import plan
from .report import Reporter
from .results import Forecast, Prepared, Result, Status, forecast_of
from .validate import validate

if TYPE_CHECKING:
    from .walk import Walker

__all__ = ["DISK_BUDGET", "RAM_BUDGET", "Engine", "Forecast", "Prepared", "Result", "load"]
RAM_BUDGET = KEPT_VALUES
DISK_BUDGET = 1 << 30


class Engine:
    """Nodes, models, files and cache in one place.

    device: a torch device; None picks `cuda` where there is one. dtype: None means float32 on a
    CPU, float16 elsewhere. store: a folder for what is kept between processes, None keeps nothing
    on disk. memory: how much may be taken in all, None sets no limit; ram_budget (kept values)
    and model_budget (models on the device), in bytes, stand over its shares. Torch is imported
    when an engine is made.
    """

    def __init__(
        self,
        *,
        device: str | None = None,
        dtype: str | None = None,
        registry: Registry | None = None,
        files: Files | None = None,
        store: Path | None = None,
        store_budget: int = DISK_BUDGET,
        ram_budget: int | None = None,
        model_budget: int | None = None,
        memory: Memory | None = None,
        user_nodes: Path | None = None,
    ) -> None:
        from .pool import Pool
        from .salt import salt
        from .store import Store

        self.device = device or _best_device()
        self.dtype = dtype or ("float32" if self.device == "cpu" else "float16")
        self.registry = registry or load_packs(find_packs(user_nodes))
        self.files = files or Files()
        self.store = Store(store, store_budget, device=self.device) if store else None
        memory = memory or Memory()
        values = memory.values(self.device) if ram_budget is None else ram_budget
        self.cache: Tier = RamCache(values, self.store)
        models = memory.models(self.device) if model_budget is None else model_budget
        self.pool: ModelPool = Pool(self.device, models, parking=memory.parking(self.device))
        _cap(self.device, memory.gpu)
        self.salt = salt(self.device, self.dtype)
        self._prepared: tuple[Graph, Any, Prepared] | None = None

    @property
    def catalogue(self) -> Catalogue:
        return self.registry.catalogue

    def load(self, path: Path | str) -> Graph:
        """Reads a graph file and brings it up to date. Raises GraphError, OSError."""
        return self.parse(Path(path).read_bytes())

    def parse(self, text: str | bytes) -> Graph:
        """Reads a graph from text and brings it up to date. Raises GraphError."""
        return migrate(parse(text), self.catalogue)

    def validate(self, graph: Graph, *, ready: bool = False) -> list[Problem]:
        """Every problem of a graph, the lists of this machine's models and files included."""
        return validate(graph, self.catalogue, lists=self.lists(), ready=ready)

    def lists(self) -> dict[str, tuple[str, ...]]:
        """The entries of every list that a node's input names: models, images."""
        return self.files.lists(self.catalogue.declarations.values())

    def prepare(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        want: Iterable[str] | None = None,
    ) -> Prepared:
        """Binds the public inputs, validates, plans. Raises GraphError with all problems."""
        want = None if want is None else tuple(want)
        # As text: a caller may change a list in place, and 1 is not true.
        asked = (json.dumps(dict(inputs or {}), default=repr), want)
        if self._prepared is not None:
            last_graph, last_asked, last = self._prepared
            if last_graph is graph and last_asked == asked:
                return last
        bound = bind(graph, self.catalogue, inputs or {})
        problems = self.validate(bound, ready=True)
        if problems:
            raise GraphError(problems)
        try:
            made = Prepared(bound, plan(bound, self.catalogue, want))
        except KeyError as missing:
            raise GraphError([_unwanted(graph, missing.args[0])]) from None
        self._prepared = (graph, asked, made)
        return made

    def run(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        want: Iterable[str] | None = None,
        on_event: events.Listener | None = None,
        previews: bool | Callable[[], bool] = False,
        cancelled: Callable[[], bool] | None = None,
    ) -> Result:
        """Runs a graph with values for its public inputs.

        want: names of public outputs, sinks or `node.port`s; None means all outputs and sinks.
        on_event: called in this thread with each event. previews: whether pictures of loops are
        wanted; a function is asked at every turn. cancelled: asked before every call.
        Raises GraphError where the graph or a value is wrong; what fails in a node is in the
        Result.
        """
        ready = self.prepare(graph, inputs, want)
        return self.run_prepared(ready, on_event=on_event, previews=previews, cancelled=cancelled)

    def run_prepared(
        self,
        ready: Prepared,
        *,
        on_event: events.Listener | None = None,
        previews: bool | Callable[[], bool] = False,
        cancelled: Callable[[], bool] | None = None,
    ) -> Result:
        """Runs what `prepare` made ready."""
        from . import drivers

        artifacts: list[Artifact] = []
        reporter = Reporter(
            ready.plan, on_event, wants_previews=previews, on_artifact=artifacts.append
        )
        reporter.planned(ready.plan)
        walker = self.walker(ready, reporter)
        context = self.context(ready, cancelled)
        start = time.perf_counter()
        status: Status = "completed"
        try:
            drivers.run(walker, context, reporter)
        except RunCancelled:
            status = "cancelled"
        finally:
            if self.store is not None:
                self.store.settle()
        problems = tuple(failure.problem for failure in walker.outcome.failures)
        if problems and status == "completed":
            status = "failed"
        reporter.report.seconds = time.perf_counter() - start
        reporter.emit(events.Finished, status, reporter.report.seconds)
        outputs = walker.outcome.outputs
        lost = (*ready.plan.lost, *walker.outcome.lost)
        return Result(status, outputs, tuple(artifacts), problems, reporter.report, lost)

    def forecast(
        self,
        graph: Graph,
        inputs: Mapping[str, Json] | None = None,
        *,
        want: Iterable[str] | None = None,
    ) -> Forecast:
        """What a run would do now. Computes nothing but static nodes. Raises GraphError."""
        from . import drivers

        ready = self.prepare(graph, inputs, want)
        reporter = Reporter(ready.plan, None)
        walker = self.walker(ready, reporter, Glance(self.cache))
        running = drivers.forecast(walker, self.context(ready), reporter)
        return forecast_of(ready.plan, reporter.report, running, walker.unknown)

    def peek(
        self,
        graph: Graph,
        wire: str,
        turn: Sequence[int] = (),
        inputs: Mapping[str, Json] | None = None,
    ) -> tuple[Any] | None:
        """The kept value of `node.port` at a turn as a 1-tuple, None where none is kept.

        Runs nothing but static nodes. For `turn` see `engine.peek`. Raises GraphError.
        """
        from .peek import peek

        return peek(self, graph, wire, tuple(turn), inputs)

    def close(self) -> None:
        """Writes what is still to be written. The engine must not be used afterwards."""
        if self.store is not None:
            self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def walker(
        self,
        ready: Prepared,
        reporter: Reporter,
        cache: Tier | None = None,
        kind: type[Walker] | None = None,
    ) -> Walker:
        """A walk over a prepared graph, for a driver; `kind` where it is another than a run's."""
        from .walk import Walker

        sources = {
            name: self.catalogue.source_digest(declaration)
            for name, declaration in self.catalogue.declarations.items()
            if declaration.pack
        }
        return (kind or Walker)(
            ready.plan,
            self.registry.implementations,
            cache or self.cache,
            reporter,
            salt=self.salt,
            sources=sources,
            files=self.files,
            known=ready.keys,
        )

    def context(
        self,
        ready: Prepared,
        cancelled: Callable[[], bool] | None = None,
    ) -> Context:
        """What the nodes of a run are handed."""
        return Context(
            pool=self.pool,
            files=self.files,
            device=self.device,
            dtype=self.dtype,
            document=ready.document,
            seed=ready.seed,
            is_cancelled=cancelled or _never,
            free=self.free,
        )

    def free(self) -> None:
        """Moves idle models off the device and forgets the values kept in memory."""
        import gc

        if isinstance(self.cache, RamCache):
            self.cache.clear()
        self.pool.release()
        gc.collect()
        _give_back()


def load(path: Path | str) -> Graph:
    """Reads a graph file as it stands. Raises GraphError, OSError."""
    return parse(Path(path).read_bytes())


def _never() -> bool:
    return False


def _best_device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _cap(device: str, most: int | None) -> None:
    """Holds torch itself to a GPU's budget: a step that would take more runs out of memory."""
    import torch

    place = torch.device(device)
    if most is not None and place.type == "cuda":
        whole = torch.cuda.mem_get_info(place)[1]
        torch.cuda.set_per_process_memory_fraction(min(1.0, most / whole), place.index)


def _give_back() -> None:
    """What torch holds of the GPU's memory without using it."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _unwanted(graph: Graph, name: str) -> Problem:
    known = ", ".join(graph.outputs) or "none"
    return Problem(
        "unknown_port", f"There is no output '{name}'; the graph has {known}.", port=name
    )
