"""HTTP without waiting for anything else: one connection a request, so threads share nothing."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any

from .address import Address
from .calls import Answer, Call, refused
from .errors import UnreachableError
from .stream import MAX_LINE

NO_MORE = 204
STREAM_SECONDS = 60.0
"""A stream that is silent for so long is dead: the server sends a sign of life more often."""


def send(address: Address, call: Call[Any]) -> Answer:
    """Raises UnreachableError where no whole answer came."""
    try:
        with closing(_open(address, call.seconds)) as connection:
            headers = {**address.headers, **call.headers}
            connection.request(call.method, address.prefix + call.target, call.body, headers)
            return _answer(connection.getresponse())
    except (OSError, HTTPException) as error:
        raise unreachable(address, error) from None


def lines(address: Address, target: str, headers: Mapping[str, str]) -> Iterator[bytes | None]:
    """The lines of an event stream until it ends; None where no more will ever come.

    Raises UnreachableError, RefusedError.
    """
    try:
        with closing(_open(address, STREAM_SECONDS)) as connection:
            asked = {**address.headers, "Accept": "text/event-stream", **headers}
            connection.request("GET", address.prefix + target, headers=asked)
            response = connection.getresponse()
            if response.status == NO_MORE:
                yield None
            elif response.status != 200:
                raise refused(_answer(response))
            with closing(response):
                while line := response.readline(MAX_LINE):
                    yield line
    except (OSError, HTTPException) as error:
        raise unreachable(address, error) from None


def unreachable(address: Address, error: Exception) -> UnreachableError:
    """The reason in words: what the system says, else what kind of thing happened."""
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return UnreachableError(address.url, why)


def _open(address: Address, seconds: float) -> HTTPConnection:
    if address.secure:
        context = ssl.create_default_context()
        return HTTPSConnection(address.host, address.port, timeout=seconds, context=context)
    return HTTPConnection(address.host, address.port, timeout=seconds)


def _answer(response: HTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, response.read())
