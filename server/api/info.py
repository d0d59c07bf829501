"""How the server is: health, readiness, limits, devices, metrics, the catalogue and the lists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from engine.schema import json_schema
from server.worker.protocol import Stats

from .call import Call
from .metrics import MEDIA_TYPE
from .replies import etagged, json_reply
from .route import Answer, Route
from .views import HealthJson, ReadyJson, StatsJson, SystemJson


async def health(call: Call) -> web.StreamResponse:
    return json_reply({"status": "ok"})


async def ready(call: Call) -> web.StreamResponse:
    reason = _not_ready(call)
    headers = {"Retry-After": "1"} if reason else {}
    return json_reply({"ready": not reason, "reason": reason}, 503 if reason else 200, headers)


def _not_ready(call: Call) -> str:
    house = call.house
    if house.runs.closing:
        return "The server is closing."
    if house.shelf.digest is None:
        return house.shelf.failure or "The catalogue is being read."
    return "" if house.runs.ready else "No worker is up yet."


async def limits(call: Call) -> web.StreamResponse:
    return json_reply(call.house.limits.to_json())


async def system(call: Call) -> web.StreamResponse:
    house = call.house
    counts = house.runs.counts()
    packs = house.shelf.catalogue.packs
    return json_reply(
        {
            "version": house.version,
            "devices": [stats_json(await worker.stats()) for worker in house.runs.workers],
            "catalogue": house.shelf.stock.digest,
            "runs": {"queued": counts.queued, "running": counts.running},
            "packs": [
                {"name": p.name, "digest": p.digest, "error": _first(p.error)} for p in packs
            ],
        }
    )


def _first(text: str) -> str:
    """An import error's last line: those above may name files."""
    return text.strip().splitlines()[-1][:300] if text.strip() else ""


def stats_json(stats: Stats) -> StatsJson:
    found: Any = {**asdict(stats), "kept": dict(stats.kept)}
    made: StatsJson = found
    return made


async def metrics(call: Call) -> web.StreamResponse:
    house = call.house
    counts = house.runs.counts()
    figures = house.metrics
    figures.runs.labels("queued").set(counts.queued)
    figures.runs.labels("running").set(counts.running)
    for status, count in counts.finished.items():
        figures.finished.labels(status).set(count)
    figures.sockets.set(len(house.sockets))
    figures.seq.set(house.runs.hub.latest)
    for worker in house.runs.workers:
        stats = await worker.stats()
        figures.up.labels(stats.device).set(stats.state in {"idle", "busy"})
        figures.restarts.labels(stats.device).set(stats.restarts)
    return web.Response(body=figures.text(), headers={"Content-Type": MEDIA_TYPE})


async def catalogue(call: Call) -> web.StreamResponse:
    stock = call.house.shelf.stock
    return etagged(call.request, stock.text, stock.digest)


async def choices(call: Call) -> web.StreamResponse:
    return json_reply(
        {name: list(found) for name, found in (await call.house.shelf.lists()).items()}
    )


async def schema(call: Call) -> web.StreamResponse:
    return json_reply(json_schema(call.house.shelf.catalogue))


NOT_MODIFIED = Answer("You have it already.")
ROUTES = (
    Route(
        "GET",
        "/api/health",
        "health",
        "Whether the server answers",
        health,
        answers={200: Answer("It does.", HealthJson)},
        public=True,
    ),
    Route(
        "GET",
        "/api/ready",
        "ready",
        "Whether runs can begin now",
        ready,
        answers={200: Answer("They can.", ReadyJson), 503: Answer("Not yet.", ReadyJson)},
        about="Submissions are taken before that, too; they wait.",
    ),
    Route(
        "GET",
        "/metrics",
        "metrics",
        "Figures for Prometheus",
        metrics,
        answers={200: Answer("Its text format.", None, (MEDIA_TYPE.partition(";")[0],))},
    ),
    Route(
        "GET",
        "/api/limits",
        "limits",
        "What one request and the server take",
        limits,
        answers={200: Answer("Bytes, counts, seconds.", dict[str, int])},
    ),
    Route(
        "GET",
        "/api/system",
        "system",
        "The version and the devices",
        system,
        answers={200: Answer("The version and the devices.", SystemJson)},
    ),
    Route(
        "GET",
        "/api/catalogue",
        "catalogue",
        "All node types as data",
        catalogue,
        tag="graphs",
        answers={
            200: Answer("The declarations, with an ETag.", dict[str, Any]),
            304: NOT_MODIFIED,
        },
    ),
    Route(
        "GET",
        "/api/choices",
        "choices",
        "The models and files that graphs may name",
        choices,
        tag="graphs",
        answers={200: Answer("Names by list.", dict[str, list[str]])},
    ),
    Route(
        "GET",
        "/api/schema",
        "graphSchema",
        "The JSON Schema of graph files, with all node types",
        schema,
        tag="graphs",
        answers={200: Answer("JSON Schema 2020-12.", dict[str, Any])},
    ),
)
