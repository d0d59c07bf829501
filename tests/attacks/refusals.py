"""Proofs for graphs that are refused: what the answer says, and what did not happen."""

from __future__ import annotations

from typing import Any

from .book import Attack
from .field import Field
from .roles import ROLES, with_value
from .sent import Proof, Sent, send

Json = Any


def at_node(field: Field, attack: Attack, sent: list[Sent]) -> None:
    (change,) = attack.send["mutate"]
    for one in sent:
        assert one.heard.problems[0]["path"] == ROLES[change["role"]][0], one.heard


def at_port(field: Field, attack: Attack, sent: list[Sent]) -> None:
    at_node(field, attack, sent)
    (change,) = attack.send["mutate"]
    for one in sent:
        assert one.heard.problems[0]["port"] == ROLES[change["role"]][2], one.heard


def with_types(field: Field, attack: Attack, sent: list[Sent]) -> None:
    at_port(field, attack, sent)
    for one in sent:
        message = one.heard.problems[0]["message"]
        assert "Latent" in message, message
        assert "Image" in message, message


def near_types(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert "UNetDenoise" in sent[-1].heard.problems[0]["fix"]


def names_the_circle(field: Field, attack: Attack, sent: list[Sent]) -> None:
    message = sent[0].heard.problems[0]["message"]
    for at in range(attack.send["length"]):
        assert f"n{at}" in message, message


def refused(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert all(not one.run for one in sent)


def no_500(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert all(one.heard.status < 500 for one in sent)


def no_recursion_error(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert "RecursionError" not in field.serving.log + field.serving.said


def no_oracle(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """A path that is there and one that is not get the same answer, but for the name in it."""
    (change,) = attack.send["mutate"]
    name = change["value"]
    other = name[:-1] + ("x" if name[-1] != "x" else "y")
    graph = with_value(field.base, "load_image.path", other)
    heard = field.serving.submit(graph)
    assert heard.status == sent[0].heard.status
    first, second = sent[0].heard.problems[0], heard.problems[0]
    assert first["message"].replace(name, "?") == second["message"].replace(other, "?")
    assert first["code"] == second["code"]


def nobody_called(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert not [line for line in field.serving.watched if line.startswith("connect ")]


def in_time(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert all(one.heard.seconds < 2 for one in sent)


def choices_are_listed(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """The refusal comes from the declared list, before any worker saw the name."""
    for one in sent:
        assert one.heard.problems[0]["port"] == "solver"
        assert "euler" in one.heard.problems[0]["message"] + one.heard.problems[0]["fix"]


def says_comfy(field: Field, attack: Attack, sent: list[Sent]) -> None:
    text = sent[0].heard.body.decode()
    assert "ComfyUI" in text, text


def nearest_sizes(field: Field, attack: Attack, sent: list[Sent]) -> None:
    problem = sent[0].heard.problems[0]
    text = problem["message"] + problem["fix"]
    for number in ("8", "512", "520"):
        assert number in text, text


def suggests_steps(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert "'steps'" in sent[0].heard.problems[0]["fix"]


def no_memory(field: Field, attack: Attack, sent: list[Sent]) -> None:
    with field.memory(16):
        again = [send(field, one.graph) for one in sent]
    assert all(not one.run for one in again)


REFUSALS: dict[str, Proof] = {
    'suggests "steps"': suggests_steps,
    "node id": at_node,
    "node id + port": at_port,
    "node id + port + both types": with_types,
    "nearest known type names": near_types,
    "error lists the ids on the cycle": names_the_circle,
    "silently keep the last one": refused,
    "event loop lag < 250 ms during validation": no_500,  # the pulse in `act` measures it
    "no RecursionError": no_recursion_error,
    "500": no_500,
    "RecursionError in log": no_recursion_error,
    "any allocation": no_memory,
    "message names 8 and nearest valid values": nearest_sizes,
    "same answer whether the target exists or not (no oracle)": no_oracle,
    "no outbound connection": nobody_called,
    "no hang": in_time,
    "0 outbound sockets unless downloads were switched on": nobody_called,
    "choice list is an enum, no getattr on user text": choices_are_listed,
    "says which format was seen and where the importer is, or imports it": says_comfy,
}
