"""The guard before every route: Host, Origin, token; and the headers on every answer."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from .access import COOKIE
from .errors import ApiError
from .house import HOUSE, House
from .signin import login_page

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "latentgraph",
}
OPEN = frozenset({"/api/health", "/api/session"})
CORS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, "
    "If-None-Match, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses what no client of this server's own would send, whatever the route."""
    house = request.app[HOUSE]
    check_host(house, request)
    check_origin(house, request)
    if request.method == "CONNECT":  # it names a machine and no path, so that no route refuses it
        raise ApiError(405, "method_not_allowed", "This server is no proxy.")
    if request.method == "OPTIONS" and _is_preflight(request):
        return web.Response(status=204, headers=CORS)
    if request.path not in OPEN and not _admitted(house, request):
        if request.path == "/" and request.method == "GET":
            return login_page()
        message = "This server asks for its token: send it as 'Authorization: Bearer TOKEN'."
        raise ApiError(401, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"})
    return await handler(request)


def check_host(house: House, request: web.Request) -> None:
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1:
        raise ApiError(400, "bad_host", "A request names exactly one Host.")
    if not house.access.knows_host(hosts[0]):
        message = "This server does not go by that name; it can be allowed with --allow-host."
        raise ApiError(421, "unknown_host", message)


def check_origin(house: House, request: web.Request) -> None:
    origins = request.headers.getall("Origin", [])
    host = request.headers.get("Host", "")
    known = all(house.access.knows_origin(origin, host) for origin in origins)
    if not known or len(origins) > 1 or house.access.crosses_sites(request.headers):
        message = "Pages of other sites may not use this server; --allow-origin names exceptions."
        raise ApiError(403, "foreign_origin", message)


def _is_preflight(request: web.Request) -> bool:
    return "Origin" in request.headers and "Access-Control-Request-Method" in request.headers


def _admitted(house: House, request: web.Request) -> bool:
    if not house.access.token:
        return True
    authorization = request.headers.get("Authorization", "")
    return house.access.admits(authorization, request.cookies.get(COOKIE, ""))


async def seal(request: web.Request, response: web.StreamResponse) -> None:
    """Puts the headers on an answer that is about to be sent, those of failures included."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    origin = request.headers.get("Origin", "")
    if origin in request.app[HOUSE].access.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers.add("Vary", "Origin")
