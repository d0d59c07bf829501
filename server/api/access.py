"""Who may ask: host names, origins and the token, as pure functions of what a request says.

A page of another site can make a browser send requests here, and by DNS rebinding even under its
own name; both are told by the Host and Origin that the browser adds and a page cannot change.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

COOKIE = "latentgraph_session"
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?")
ORIGIN = re.compile(r"https?://([^/?#@\s]+)")


@dataclass(frozen=True, slots=True)
class Access:
    """`hosts`: names besides the loopback ones. `origins`: other sites whose pages may ask.

    `open_to_network`: the server listens beyond loopback, so any address (not any name) is
    accepted as Host. `token` is empty where none is asked for.
    """

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    token: str = field(default="", repr=False)
    open_to_network: bool = False

    def knows_host(self, host: str) -> bool:
        """Whether a Host header names this server."""
        match = HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].lower().rstrip(".")
        if name == "localhost" or name in self.hosts:
            return True
        address = _address(name)
        return address is not None and (address.is_loopback or self.open_to_network)

    def knows_origin(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may ask: the server's own, or one allowed by name."""
        match = ORIGIN.fullmatch(origin)
        return match is not None and (match[1].lower() == host.lower() or origin in self.origins)

    def crosses_sites(self, headers: Mapping[str, str]) -> bool:
        """Whether a browser says that another site's page asked for something of ours.

        A link that a person followed (a navigation by GET) is no such thing.
        """
        site = headers.get("Sec-Fetch-Site", "none")
        if site in {"none", "same-origin"} or headers.get("Origin") in self.origins:
            return False
        return headers.get("Sec-Fetch-Mode") != "navigate"

    def knows_token(self, given: str) -> bool:
        """Compares in constant time."""
        return hmac.compare_digest(_bytes(given), _bytes(self.token))

    def session(self) -> str:
        """What the cookie holds: made from the token, and of no use to find it."""
        return hmac.new(_bytes(self.token), b"latentgraph session", hashlib.sha256).hexdigest()

    def admits(self, authorization: str, cookie: str) -> bool:
        """Whether a request brings the token, or a cookie that was given for it."""
        if not self.token:
            return True
        scheme, _, given = authorization.partition(" ")
        if scheme.lower() == "bearer" and self.knows_token(given.strip()):
            return True
        return hmac.compare_digest(_bytes(cookie), _bytes(self.session()))


def is_loopback(host: str) -> bool:
    """Whether a server bound to this name or address is reached from this machine alone."""
    address = _address(host)
    return host.lower() == "localhost" or (address is not None and address.is_loopback)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
