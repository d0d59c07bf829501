"""HTTP for the event loop, by aiohttp. The session is opened with the first request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from .address import Address
from .calls import Answer, Call, refused
from .errors import UnreachableError
from .stream import MAX_LINE
from .wire import NO_MORE, STREAM_SECONDS, unreachable

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession


class Wire:
    """One session, its connections kept open between requests."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._session: ClientSession | None = None

    async def send(self, call: Call[Any]) -> Answer:
        """Raises UnreachableError where no whole answer came."""
        import aiohttp

        url = self._url(call.target)
        limit = aiohttp.ClientTimeout(total=call.seconds)
        try:
            async with self._open().request(
                call.method, url, data=call.body, headers=call.headers, timeout=limit
            ) as response:
                return await _answer(response)
        except TimeoutError:
            raise UnreachableError(self.address.url, f"silence for {call.seconds:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.address, error) from None

    async def lines(self, target: str, headers: Mapping[str, str]) -> AsyncIterator[bytes | None]:
        """As `wire.lines`."""
        import aiohttp

        limit = aiohttp.ClientTimeout(total=None, sock_read=STREAM_SECONDS)
        asked = {"Accept": "text/event-stream", **headers}
        try:
            async with self._open().get(self._url(target), headers=asked, timeout=limit) as stream:
                if stream.status == NO_MORE:
                    yield None
                elif stream.status != 200:
                    raise refused(await _answer(stream))
                async for line in stream.content:
                    yield line
        except TimeoutError:
            raise UnreachableError(self.address.url, "the stream fell silent") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: line too long
            raise unreachable(self.address, error) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self.address.headers,
                connector=aiohttp.TCPConnector(limit=0),
                read_bufsize=MAX_LINE,
            )
        return self._session

    def _url(self, target: str) -> Any:
        import yarl

        return yarl.URL(self.address.url + target, encoded=True)


async def _answer(response: ClientResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, await response.read())
