"""Events as server-sent events and as JSON pages; the WebSocket is `socket`'s subject."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import web

from server.runs.hub import Event, Preview
from server.runs.record import FINAL
from server.runs.subscription import ClosedError, Subscription

from .call import Call
from .errors import bad_request
from .forms import AllEventsQuery, EventsQuery
from .replies import abort, json_reply, patiently
from .route import EVENTS, Answer, Route
from .running import run_of
from .socket import talk
from .views import ErrorJson, EventsJson

LAST = "Last-Event-ID"


async def of_run(call: Call) -> web.StreamResponse:
    asked = call.asked(EventsQuery)
    run = await run_of(call)
    after = _after(call, asked.after)
    if not call.wants(EVENTS):
        return await page(call, run.id, after or 0, asked.limit)
    if run.status in FINAL and not await call.house.runs.events(
        after=after or 0, run=run.id, limit=1
    ):
        return web.Response(status=204)  # tells a browser to reconnect no more
    return await stream(call, run.id, after)


async def all_events(call: Call) -> web.StreamResponse:
    """A WebSocket where one is asked for, else a stream, else a page."""
    asked = call.asked(AllEventsQuery)
    if call.header("Upgrade").lower() == "websocket":
        return await talk(call, asked)
    after = _after(call, asked.after)
    if call.wants(EVENTS):
        return await stream(call, asked.run, after)
    return await page(call, asked.run, after or 0, asked.limit)


async def page(call: Call, run: str | None, after: int, limit: int) -> web.StreamResponse:
    found = await call.house.runs.events(after=after, run=run, limit=limit)
    last = found[-1]["seq"] if found else after
    return json_reply({"events": found, "next": last})


def _after(call: Call, asked: int | None) -> int | None:
    """Where a stream begins: after what the client had last, by header or else by query."""
    given = call.header(LAST)
    if not given:
        return asked
    if not (given.isascii() and given.isdigit() and len(given) <= 16):
        raise bad_request("wants the number of an event.", port=LAST)
    return int(given)


async def stream(call: Call, run: str | None, after: int | None) -> web.StreamResponse:
    """Sends events until the client goes, is too slow, or the run has ended and was sent whole."""
    house, request = call.house, call.request
    task = asyncio.current_task()

    async def close() -> None:
        if task is not None:
            task.cancel()

    with house.sockets.entered(close, house.limits.max_sockets):
        reply = web.StreamResponse(
            headers={"Content-Type": EVENTS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        reply.enable_chunked_encoding()
        await reply.prepare(request)
        subscription = house.runs.hub.subscribe(run, after=after)
        try:
            with suppress(ClosedError, ConnectionError):
                await _pour(call, reply, subscription, run)
        except asyncio.CancelledError:
            if not house.sockets.closing:
                raise
        finally:
            subscription.close()
        return reply


async def _pour(
    call: Call, reply: web.StreamResponse, subscription: Subscription, run: str | None
) -> None:
    limits, request = call.house.limits, call.request
    await patiently(request, reply.write(b"retry: 1000\n\n"), limits.stalled_seconds)
    while True:
        text = await _next(subscription, limits.heartbeat_seconds)
        if request.transport is None or request.transport.is_closing():
            abort(request)
            return
        data = b": still here\n\n" if text is None else b"".join(map(frame, text))
        await patiently(request, reply.write(data), limits.stalled_seconds)
        if text and run is not None and any(item.type in ENDS for item in text):
            return


ENDS = frozenset({"run_finished", "run_removed"})


async def _next(subscription: Subscription, seconds: float) -> Sequence[Event] | None:
    """What happened next; None where nothing did for so long."""
    try:
        async with asyncio.timeout(seconds):
            items = await subscription.take()
    except TimeoutError:
        return None
    return [item for item in items if not isinstance(item, Preview)]


def frame(event: Event) -> bytes:
    """One event in the form of the WHATWG's event streams. JSON text has no line ends."""
    return f"id: {event.seq}\ndata: {event.text}\n\n".encode()


HEADERS = {LAST: "The number of the last event received; a browser sends it when it reconnects."}
ROUTES = (
    Route(
        "GET",
        "/api/runs/{id}/events",
        "runEvents",
        "What happened in a run, and what is happening",
        of_run,
        tag="events",
        query=EventsQuery,
        headers=HEADERS,
        answers={
            200: Answer("A page; with Accept: text/event-stream a stream.", EventsJson, (EVENTS,)),
            204: Answer("The run has ended, and you have all of it."),
            404: Answer("There is no such run.", ErrorJson),
        },
        about="The stream ends with the run.",
    ),
    Route(
        "GET",
        "/api/events",
        "events",
        "What happens in all runs and to the server: WebSocket, stream or page",
        all_events,
        tag="events",
        query=AllEventsQuery,
        headers=HEADERS,
        answers={
            101: Answer("A WebSocket; see below."),
            200: Answer("A page; with Accept: text/event-stream a stream.", EventsJson, (EVENTS,)),
        },
        about=(
            "The WebSocket first sends {type: hello, seq, server}, then events. It takes "
            "{type: subscribe, runs: [ids] or null, previews, after} and {type: ping}. Binary "
            "messages are previews: four bytes with the length of a JSON header, the header "
            "{run, path, around, index, media_type}, the picture. {type: gap, after} says that the "
            "log no longer reaches back to where you asked."
        ),
    ),
)
