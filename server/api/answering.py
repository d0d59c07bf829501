"""From a request to its handler and back: bodies and queries checked, failures made refusals."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from server.runs.errors import ClosingError

from .body import check_media, json_of, media_type, read
from .call import Call
from .checked import check_body, check_query
from .errors import ApiError, error_body
from .forms import Nothing
from .house import HOUSE
from .route import JSON, Route
from .translate import translated

log = logging.getLogger("latentgraph")
NO_BODY = frozenset({"", JSON, "application/octet-stream"})
DEFECT = "The server has a defect here; its log has the details."


def handler_of(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """What aiohttp calls for a route."""

    async def handle(request: web.Request) -> web.StreamResponse:
        house = request.app[HOUSE]
        query = check_query(route.query, request.query, [name for name, _ in request.query.items()])
        call = Call(request, house, dict(request.match_info), query)
        if route.takes:
            check_media(request, route.takes)
        if route.body is None:
            return await route.handler(call)
        with house.held.hold() as holding:
            if route.body is Nothing and _is_empty(request):
                return await route.handler(call)
            check_media(request, (JSON,))
            limits = house.limits
            raw = await read(request, limits.max_body_bytes, limits.body_seconds, holding)
            body = check_body(route.body, await json_of(raw))
            return await route.handler(Call(request, house, call.path, query, body, raw))

    return handle


def _is_empty(request: web.Request) -> bool:
    """Whether there is no body at all: many clients call none at all `application/octet-stream`.

    A page of another site could send no type that is taken here but none; its Origin tells it.
    """
    return not request.body_exists and media_type(request) in NO_BODY


@web.middleware
async def outermost(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure becomes a refusal in our form; one that nobody foresaw is logged."""
    begun = time.perf_counter()
    response = await _answered(request, handler)
    route = _template(request)
    seconds = time.perf_counter() - begun
    request.app[HOUSE].metrics.answered(route, _method(request), response.status, seconds)
    return response


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return reply_of(error)
    except web.HTTPException as error:
        return _of_aiohttp(error)
    except ConnectionError:
        raise
    except Exception as error:
        known = translated(error)
        if known is not None and known.status == 507 and request.app[HOUSE].runs.closing:
            known = translated(ClosingError())  # the database is closed, not full
        if known is not None:
            return reply_of(known)
        log.error("defect in %s", _template(request), exc_info=error)
        return reply_of(ApiError(500, "defect", DEFECT))


def reply_of(error: ApiError) -> web.Response:
    return web.Response(
        status=error.status,
        body=error.body(),
        content_type="application/json",
        headers=error.headers,
    )


def _of_aiohttp(error: web.HTTPException) -> web.Response:
    """The router's own refusals, in our form."""
    said = {
        404: ("not_found", "There is nothing at this address; see /api/docs."),
        405: ("method_not_allowed", "This address does not take that method; see /api/docs."),
        417: ("bad_expect", "Only 'Expect: 100-continue' is known."),
    }
    code, message = said.get(error.status, ("bad_http", "The request is not well-formed HTTP."))
    allow = error.headers.get("Allow")
    return web.Response(
        status=error.status,
        body=error_body(code, message),
        content_type="application/json",
        headers={"Allow": allow} if allow else {},
    )


def _template(request: web.Request) -> str:
    """The route a request went to, as it stands in the table; never what a client wrote."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def _method(request: web.Request) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "other"
