"""Opening the server to clients, and closing it again, within any event loop."""

from __future__ import annotations

import socket

from aiohttp import web

from .app import make_app
from .front import Runner
from .house import House
from .logs import AccessLog


class Listener:
    """The application on one address. The runs are opened before and closed after it.

    `listening`: a socket that is bound already, instead of a port.
    """

    def __init__(
        self,
        house: House,
        host: str = "127.0.0.1",
        port: int = 0,
        listening: socket.socket | None = None,
    ) -> None:
        self.house = house
        self.host = host
        self.port = port
        self._listening = listening
        self._runner = Runner(make_app(house), house.limits, access_log_class=AccessLog)

    async def open(self) -> None:
        """Raises OSError where the port is taken or the address is not this machine's."""
        await self._runner.setup()
        try:
            await self._site().start()
        except BaseException:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]

    def _site(self) -> web.BaseSite:
        if self._listening is not None:
            return web.SockSite(self._runner, self._listening, backlog=1024)
        return web.TCPSite(self._runner, self.host, self.port, backlog=1024)

    async def close(self) -> None:
        """Takes no new connections, tells open sockets that the server goes, ends the rest."""
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}"
