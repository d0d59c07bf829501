"""Which hosts and origins are this server's own."""

from __future__ import annotations

import pytest

from server.api.access import Access, is_loopback

OWN = ("localhost", "LOCALHOST:80", "localhost.", "127.0.0.1:8188", "127.8.9.1", "[::1]:8188")
FOREIGN = (
    *("evil.example", "localhost.evil.example", "evil.example:8188", "127.0.0.1.evil.example"),
    *("", ":8188", "localhost:", "localhost:x", "user@localhost", "localhost/x", "0x7f.1"),
    *("localhost evil.example", "192.168.1.5", "[fe80::1]", "localhost\t"),
)


@pytest.mark.parametrize("host", OWN)
def test_loopback_names_are_known(host: str) -> None:
    assert Access().knows_host(host)


@pytest.mark.parametrize("host", FOREIGN)
def test_no_other_name_is_known(host: str) -> None:
    assert not Access().knows_host(host)


def test_an_open_server_is_known_by_any_address_and_by_names_that_were_allowed() -> None:
    access = Access(hosts=frozenset({"studio.lan"}), open_to_network=True)
    assert access.knows_host("192.168.1.5:8188")
    assert access.knows_host("Studio.lan:8188")
    assert not access.knows_host("evil.example")


@pytest.mark.parametrize(
    ("origin", "known"),
    [
        ("http://localhost:8188", True),
        ("https://localhost:8188", True),
        ("http://localhost:5173", True),
        ("http://localhost:9999", False),
        ("http://localhost", False),
        ("null", False),
        ("", False),
        ("http://localhost:8188.evil.example", False),
        ("http://evil.example@localhost:8188", False),
        ("file://localhost:8188", False),
        ("http://localhost:8188/", False),
    ],
)
def test_origins(origin: str, known: bool) -> None:
    access = Access(origins=frozenset({"http://localhost:5173"}))
    assert access.knows_origin(origin, "localhost:8188") == known


@pytest.mark.parametrize(
    ("site", "mode", "crosses"),
    [
        ("same-origin", "cors", False),
        ("none", "navigate", False),
        ("cross-site", "navigate", False),
        ("cross-site", "no-cors", True),
        ("same-site", "no-cors", True),
        ("cross-site", "websocket", True),
    ],
)
def test_what_a_browser_says_of_the_site_that_asks(site: str, mode: str, crosses: bool) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    assert Access().crosses_sites(headers) == crosses


def test_only_the_token_admits() -> None:
    access = Access(token="a-long-secret")
    assert access.admits("Bearer a-long-secret", "")
    assert access.admits("bearer a-long-secret", "")
    assert access.admits("", access.session())
    for authorization in ("", "Bearer", "Bearer ", "a-long-secret", "Bearer \udcff", "Bearer é"):
        assert not access.admits(authorization, "a-long-secret")
    assert Access(token="another-secret").session() != access.session()


def test_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("::")
    assert not is_loopback("192.168.1.5")
    assert not is_loopback("example.com")
