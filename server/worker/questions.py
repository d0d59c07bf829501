"""What a worker answers beside a run: forecasts, kept values, lists, how it is."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.values import Value

from .channel import Frame
from .jobs import summary_of

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.session import Engine

Json = Any


class Questions:
    """Answers about one engine, by a thread that is not the one that runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: tuple[str, Graph] | None = None

    def answer(self, what: str, facts: Mapping[str, Json]) -> Frame:
        """Raises GraphError for a wrong graph, LookupError for a question there is not."""
        match what:
            case "forecast":
                return _answer(self._forecast(facts["graph"], facts["inputs"], facts["want"]))
            case "peek":
                return self._peek(facts)
            case "choices":
                lists = self._engine.lists()
                return _answer({name: list(entries) for name, entries in lists.items()})
            case "stats":
                return _answer({"resident": resident(), "kept": self._kept()})
        raise LookupError(f"There is no question '{what}'.")

    def _forecast(
        self, text: str, inputs: Mapping[str, Json], want: Sequence[str] | None
    ) -> dict[str, Json]:
        graph = self._graph(text)
        found = self._engine.forecast(graph, inputs, want=want)
        return {
            "states": dict(found.states),
            "turns": {path: list(counts) for path, counts in found.turns.items()},
            "until": dict(found.until),
            "lost": list(self._engine.prepare(graph, inputs, want).plan.lost),
        }

    def _peek(self, facts: Mapping[str, Json]) -> Frame:
        graph = self._graph(facts["graph"])
        found = self._engine.peek(graph, facts["wire"], facts["turn"], facts["inputs"])
        if found is None:
            return _answer(None)
        (value,) = found
        parts: tuple[bytes, ...] = ()
        if facts["picture"]:
            image = _shown(value)
            parts = (_png(image),) if image is not None else ()
        return _answer({"summary": summary_of(value)}, parts)

    def _kept(self) -> dict[str, int]:
        engine = self._engine
        kept = {"ram": getattr(engine.cache, "bytes", 0)}
        if engine.store is not None:
            kept["disk"] = engine.store.stats().bytes
        stats = getattr(engine.pool, "stats", None)
        if stats is not None:
            kept |= {"models": stats().bytes, "parked": stats().parked}
        return kept

    def _graph(self, text: str) -> Graph:
        """The graph of a text; the last one is kept, since a scrubber asks about it often."""
        if self._last is None or self._last[0] != text:
            self._last = text, self._engine.parse(text)
        return self._last[1]


def resident() -> int:
    """Bytes of memory that this process has in use; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _answer(result: Json, parts: tuple[bytes, ...] = ()) -> Frame:
    return Frame({"type": "answer", "result": result}, parts)


def _shown(value: Any) -> Any | None:
    """A small PIL picture of a value, or of the last in a sequence of them."""
    while isinstance(value, tuple | list) and value:
        value = value[-1]
    return value.preview() if isinstance(value, Value) else None


def _png(image: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
