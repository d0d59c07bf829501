"""Where the server is and how one proves to be allowed: by argument, else by environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .errors import ClientError

SERVER = "LATENTGRAPH_SERVER"
TOKEN = "LATENTGRAPH_TOKEN"
DEFAULT = "http://127.0.0.1:8188"


@dataclass(frozen=True, slots=True)
class Address:
    """A server's address. `token` is never shown."""

    host: str
    port: int
    secure: bool = False
    prefix: str = ""
    token: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.prefix}"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def address(
    server: str | None = None,
    token: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Address:
    """The address given, else LATENTGRAPH_SERVER, else this machine. Raises ClientError."""
    text = server or environment.get(SERVER) or DEFAULT
    given = token or environment.get(TOKEN) or None
    if given is not None and not (given.isascii() and given.isprintable()):
        raise ClientError("bad_token", "The token holds a character that no header can carry.")
    parts = urlsplit(text if "://" in text else f"http://{text}")
    try:
        port = parts.port
    except ValueError:
        raise _wrong(text) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise _wrong(text)
    secure = parts.scheme == "https"
    default = 443 if secure else 80
    return Address(parts.hostname, port or default, secure, parts.path.rstrip("/"), given)


def _wrong(text: str) -> ClientError:
    sentence = f"'{text}' is no server address; write it as http://HOST:PORT."
    return ClientError("bad_address", sentence)
