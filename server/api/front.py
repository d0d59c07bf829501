"""The protocol under the application: refusals in our form even before there is a request.

aiohttp answers what is no HTTP with plain text and logs a traceback for each; and it would keep
any number of connections.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest

from .errors import error_body
from .limits import Limits
from .security import HEADERS

log = logging.getLogger("latentgraph")
LINE_TOO_LONG = "LineTooLong"


class Protocol(RequestHandler):
    """One connection."""

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to bytes that are no HTTP, or to a failure outside every handler."""
        if isinstance(exc, ConnectionError):
            raise exc  # the client has gone, in the middle of its own request
        if status >= 500:
            log.error("defect below the routes", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun")
        code, text = "bad_http", "The request is not well-formed HTTP."
        if type(exc).__name__ == LINE_TOO_LONG:
            status, code, text = 431, "too_large", "A line of the request's head is too long."
        if status >= 500:
            code, text = "defect", "The server has a defect here; its log has the details."
        reply = web.Response(
            status=status, body=error_body(code, text), content_type="application/json"
        )
        reply.headers.update(HEADERS)
        reply.force_close()
        return reply


class Front(web.Server):
    """Makes the connections, so many and no more."""

    def __init__(self, inner: web.Server, limits: Limits, settings: Mapping[str, Any]) -> None:
        super().__init__(
            inner.request_handler, request_factory=inner.request_factory, **dict(settings)
        )
        self._settings = dict(settings)
        self._limits = limits

    def __call__(self) -> RequestHandler:
        return Protocol(self, loop=asyncio.get_running_loop(), **self._settings)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._connections) > self._limits.max_connections:
            transport.abort()


class Runner(web.AppRunner):
    """Runs the application behind our own front."""

    def __init__(self, app: web.Application, limits: Limits, **settings: Any) -> None:
        self._front_limits = limits
        self._front_settings = {
            "keepalive_timeout": float(limits.header_seconds),
            "lingering_time": 2.0,
            "max_line_size": limits.max_line_bytes,
            "max_field_size": limits.max_line_bytes,
            "max_headers": limits.max_headers,
            "auto_decompress": False,
            **settings,
        }
        super().__init__(app, shutdown_timeout=1.0, **self._front_settings)

    async def _make_server(self) -> web.Server:
        inner = await super()._make_server()
        return Front(inner, self._front_limits, self._front_settings)
