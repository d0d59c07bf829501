"""The life of a server process: everything opened in order, and closed in order when told to."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from server.api.access import Access, is_loopback
from server.api.house import House
from server.api.limits import Limits
from server.api.listening import Listener
from server.api.shelf import Shelf
from server.exits import DEFECT, FILES, OK, Stop, reason
from server.runs.errors import RunsError
from server.runs.service import Runs
from server.settings import Settings
from server.worker.process import ProcessWorker
from server.worker.setup import Setup

from .lock import FolderLock
from .operator import Operator

log = logging.getLogger("latentgraph")


def serve(operator: Operator, settings: Settings, version: str) -> int:
    """Serves until the process is told to end, and returns its exit code. Raises Stop."""
    check_exposure(operator)
    # The event loop gets its turn from threads that read large bodies and the database five
    # times as soon as by default.
    sys.setswitchinterval(0.001)
    lock = FolderLock(settings.data)
    lock.take()
    try:
        listening = bound(operator.host, operator.port)
        with suppress(KeyboardInterrupt):
            return asyncio.run(_serve(operator, settings, version, listening, lock))
        return OK
    finally:
        lock.drop()


def check_exposure(operator: Operator) -> None:
    """Raises Stop where a server without a token would be open to the network."""
    if not is_loopback(operator.host) and not operator.token.get_secret_value():
        raise Stop(
            f"--host {operator.host} opens the server to the network, and so it wants a token: "
            "set LATENTGRAPH_TOKEN (or --token) to a long random text that clients then send."
        )


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises Stop with the reason where that cannot be."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Stop(f"The host '{host}' is not known: {reason(error)}.") from None
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(1024)
    except OSError as error:
        made.close()
        raise Stop(_unbound(error, host, port)) from None
    made.setblocking(False)
    return made


def _unbound(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use; stop what listens there, or choose with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} on {host} is not for ordinary users; choose one from 1024 with --port."
    return f"Nothing can listen on {host}, port {port}: {reason(error)}."


def house_of(operator: Operator, settings: Settings, version: str) -> House:
    """The server's parts, nothing of them opened yet."""
    shelf = Shelf(settings)
    workers = [ProcessWorker(setup) for setup in setups(operator, settings)]
    policy = operator.policy()
    runs = Runs(settings.data, workers, policy=policy, catalogue=lambda: shelf.digest)
    return House(
        runs=runs,
        shelf=shelf,
        version=version,
        access=access_of(operator),
        limits=Limits(max_queue=policy.max_queue),
        web=web_folder(operator.web),
        webhooks=frozenset(host.lower() for host in operator.allow_webhook),
    )


def setups(operator: Operator, settings: Settings) -> list[Setup]:
    """What each worker is told: one for each device, one that chooses where none is named."""
    devices: tuple[str | None, ...] = operator.device or (None,)
    return [
        Setup(
            device=device,
            dtype=operator.dtype,
            gpu_memory=operator.gpu_memory,
            ram=None if operator.ram is None else operator.ram // len(devices),
            models=(settings.models, *settings.more_models),
            images=(settings.images,),
            uploads=settings.uploads,
            nodes=settings.nodes,
            values=settings.values,
            hashes=settings.hashes,
            warm=operator.warm,
        )
        for device in devices
    ]


def access_of(operator: Operator) -> Access:
    return Access(
        hosts=frozenset(name.lower() for name in operator.allow_host),
        origins=frozenset(operator.allow_origin),
        token=operator.token.get_secret_value(),
        open_to_network=not is_loopback(operator.host),
    )


def web_folder(given: Path | None, package: Path = Path(__file__).parents[1]) -> Path | None:
    """The built editor: where the operator says, in the package (a wheel), or in a checkout."""
    if given is not None:
        if not (given / "index.html").is_file():
            raise Stop(f"The web folder '{given}' has no index.html.", FILES)
        return given
    for folder in (package / "web", package.parent / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


async def _serve(
    operator: Operator,
    settings: Settings,
    version: str,
    listening: socket.socket,
    lock: FolderLock,
) -> int:
    house = house_of(operator, settings, version)
    told = _told()
    try:
        await house.runs.open()
    except RunsError as error:
        listening.close()
        raise Stop(f"The data folder '{settings.data}': {error}", FILES) from None
    try:
        listener = Listener(house, operator.host, listening=listening)
        await listener.open()
        gc.collect()
        gc.freeze()  # what is here now stays: collections need not look at it again
        lock.say(f"the server at {listener.url} with process number {os.getpid()}")
        print(f"latentgraph {version} is at {listener.url}", flush=True)
        log.info("serving at %s", listener.url)
        await told.wait()
        return await _end(house, listener, operator.grace)
    except BaseException:
        await house.runs.close(0.0)
        raise


def _told() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; a second one ends the process where it stands."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def tell() -> None:
        if told.is_set():
            os._exit(DEFECT)
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, tell)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(tell))
    return told


async def _end(house: House, listener: Listener, grace: float) -> int:
    """Not ready at once; open sockets told; what runs is ended or queued again; then the rest."""
    log.info("ending")
    closing = asyncio.create_task(house.runs.close(grace))
    await asyncio.sleep(0)
    await house.sockets.close()
    await closing
    await listener.close()
    log.info("ended")
    return OK
