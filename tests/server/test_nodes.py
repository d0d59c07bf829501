"""`latentgraph nodes`: the list, one page, and the search."""

from __future__ import annotations

import json

import pytest

from tests.server.conftest import Command


def test_the_list_is_by_category(latentgraph: Command) -> None:
    out = latentgraph("nodes").out
    assert out.index("\nimage\n") < out.index("\n  SaveImage") < out.index("\nsampling\n")
    assert "  user:Add" in out
    assert "  Repeat " in out


def test_one_page_has_ports_limits_defaults_and_docs(latentgraph: Command) -> None:
    out = latentgraph("nodes", "user:Start").out
    assert "user:Start  (arithmetic)\nA sum to begin with.\n" in out
    assert "value: 0 to 100." in out
    assert "  value  a whole number, 0 to 100; default 1\n" in out
    assert "outputs\n  sum  user:Sum\n" in out
    assert "also found as Begin" in out


def test_search_by_alias_and_by_word(latentgraph: Command) -> None:
    assert latentgraph("nodes", "begin").out.startswith("user:Start")
    assert latentgraph("nodes", "CLIPTextEncode").out.startswith("TextEncode")
    found = latentgraph("nodes", "latent").out
    assert "EmptyLatent" in found
    assert "SaveImage" not in found


@pytest.mark.parametrize("name", ["Repeat", "Map", "Switch", "Subgraph"])
def test_structural_nodes_have_a_page_too(name: str, latentgraph: Command) -> None:
    said = latentgraph("nodes", name)
    assert said.code == 0
    assert f'"type": "{name}"' in said.out


def test_an_unknown_name_is_a_sentence(latentgraph: Command) -> None:
    said = latentgraph("nodes", "CFGCombin3")
    assert (said.code, said.out) == (2, "")
    assert said.err == "There is no node type 'CFGCombin3'. Did you mean 'CFGCombine'?\n"


def test_json(latentgraph: Command) -> None:
    (node,) = json.loads(latentgraph("nodes", "user:Start", "--json").out)
    assert node["inputs"]["value"]["plain"]["limits"]["le"] == 100
