"""Errors of foreign code, before they leave the machine."""

from __future__ import annotations

import pytest

from engine.errors import Problem
from server.veil import veil, veiled

SECRETS = {"HF_TOKEN": "hf_abcdefgh", "DB_PASSWORD": "geheimnis", "API_KEY": "x", "LANG": "C.UTF-8"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("OSError: [Errno 2] No such file: '/home/me/models/a.txt'", "a.txt"),
        ("at C:\\Users\\me\\pack\\nodes.py line 3", "nodes.py line 3"),
        ("<object at 0x7fde7d3f91b0>", "<object at 0x...>"),
        ("with hf_abcdefgh and geheimnis", "with (a secret) and (a secret)"),
        ("x Traceback (most recent call last): File /a/b.py", "x (its trace is in the log)"),
    ],
)
def test_what_goes(text: str, shown: str) -> None:
    made = veil(text, SECRETS)
    assert shown in made
    for secret in ("/home", "Users", "7fde", "hf_", "geheim", "/a/"):
        assert secret not in made


@pytest.mark.parametrize(
    "text",
    [
        "wants a Latent, 'decode.image' is an Image.",
        "sampler/predict: 3/4 of 1/2",
        "see https://example.org/a/b/c",
        "shapes [1, 4, 8, 8] and/or (2, 3)",
        "color 0x12ff",
        "the key x is needed",
    ],
)
def test_what_stays(text: str) -> None:
    assert veil(text, SECRETS) == text


def test_a_problem_keeps_its_place() -> None:
    made = veiled(Problem("c", "in /a/b/c.py", "node", "port", "see /a/b/d.txt"), SECRETS)
    assert made == Problem("c", "in c.py", "node", "port", "see d.txt")
