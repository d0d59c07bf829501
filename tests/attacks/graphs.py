"""Attacks by graphs: one deed for all, and a proof for each sentence of the book."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.picture import embedded_graph

from .book import ATTACKS, Attack
from .deeds import DEEDS, Deed, expect
from .field import Field, tree
from .generators import GENERATORS, renamed
from .heard import Heard
from .requests import GRAPHS
from .roles import ROLES, mutated, raw_value, with_value

Json = Any
VARIANTS: dict[str, tuple[Json, ...]] = {
    "G001": ("NoSuchNode", "UnetDenoise"),
    "G020": (2**63, 2**64 - 1, 2**64, -1),
    "G024": (0, -512),
    "G026": (10**6, 0, -1),
    "G029": (0.0, 1.0),
    "G050": ("../../tmp/evil", "/etc", "https://evil.example/model.safetensors"),
    "G051": ("__class__", "os.system", "DDIMScheduler.__init__"),
}
"""Values that an entry's name lists beside the one in its `mutate`."""
RUNS_TWICE = ("G022", "G056")


@dataclass(frozen=True)
class Sent:
    """A graph that was submitted, the answer, and the run where there is one."""

    graph: str
    heard: Heard
    run: Mapping[str, Json]


Proof = Callable[[Field, Attack, list[Sent]], None]


def act(field: Field, attack: Attack) -> None:
    """Submits what the entry describes, waits for what was taken, proves every sentence."""
    before = tree(field.serving.folder / "canary")
    if "event loop lag < 250 ms during validation" in attack.sentences:
        with field.pulse():
            sent = [_send(field, text) for text in texts(field, attack)]
    else:
        sent = [_send(field, text) for text in texts(field, attack)]
    for one in sent:
        expect(attack, one.heard)
        if one.run and "final" in attack.expect:
            assert one.run["status"] == attack.expect["final"], one.run
    for sentence in attack.sentences:
        if sentence in PROOFS:
            PROOFS[sentence](field, attack, sent)
    assert tree(field.serving.folder / "canary") == before


def texts(field: Field, attack: Attack) -> list[str]:
    """The texts of the graphs that an entry sends."""
    send = attack.send
    if "mutate" in send:
        return [json.dumps(graph) for graph in _mutations(field, attack)]
    if "raw_values_for" in send:
        return [raw_value(field.base, send["raw_values_for"], text) for text in send["values"]]
    if "raw_body" in send:
        return [send["raw_body"]]
    if "raw_bodies" in send:
        return list(send["raw_bodies"])
    if send["generator"] == "two_saves_same_prefix":
        return [json.dumps(_two_saves(field.base))]
    if send["generator"] == "permuted":
        return [json.dumps(field.base), json.dumps(renamed(field.base))]
    return GENERATORS[send["generator"]](field.base, send)


def _mutations(field: Field, attack: Attack) -> list[dict[str, Json]]:
    (change,) = attack.send["mutate"]
    values = VARIANTS.get(attack.id, (change.get("value"),))
    return [mutated(field.base, [{**change, "value": value}]) for value in values]


def _send(field: Field, text: str) -> Sent:
    body = (GRAPHS % text).encode("utf-8", "surrogatepass")
    heard = field.mouth.ask("POST", "/api/runs", body)
    if heard.status != 202:
        return Sent(text, heard, {})
    return Sent(text, heard, field.serving.wait(heard.json["runs"][0]["id"]))


def _two_saves(base: dict[str, Json]) -> dict[str, Json]:
    name = {"name": "same"}
    base["nodes"]["save"]["params"] = name
    again = {"type": "SaveImage", "params": name, "inputs": {"image": "load_image.image"}}
    base["nodes"]["save_again"] = again
    return base


# proofs


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


def once_each(field: Field, attack: Attack, sent: list[Sent]) -> None:
    timings = sent[0].run["timings"]
    assert len(timings) == attack.send["depth"] + 2
    assert all(timing["runs"] + timing["cached"] == 1 for timing in timings.values()), timings


def no_500(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert all(one.heard.status < 500 for one in sent)


def no_recursion_error(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert "RecursionError" not in field.serving.log + field.serving.said


def seeds(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """Seeds go from 0 to 2^53-1, as the catalogue says."""
    for one in sent:
        assert (one.heard.status, one.heard.code) == (422, "out_of_range"), one.heard
    for seed in (0, 2**53 - 1):
        graph = with_value(field.base, "denoise.seed", seed)
        first, again = (field.serving.run(graph) for _ in range(2))
        assert _saved(first) == _saved(again) != []


def as_twenty(field: Field, attack: Attack, sent: list[Sent]) -> None:
    run = field.serving.run(with_value(field.base, "denoise.steps", 20))
    _all_kept(run)


def edges_of_strength(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """0.0 makes no step at all, 1.0 all of them; a picture comes of both."""
    for one in sent:
        assert one.run["status"] == "completed", one.run
        assert _saved(one.run)
    none, whole = sent
    assert "predict" not in none.run["timings"] or not none.run["timings"]["predict"]["runs"]
    assert _saved(whole.run) == [field.bytes] != _saved(none.run)


def every_token(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """The last word of a long prompt changes the picture."""
    prompt = json.loads(sent[0].graph)["nodes"]["positive"]["params"]["text"]
    other = with_value(field.base, "text.prompt", prompt.rsplit(" ", 1)[0] + " blue")
    assert _saved(field.serving.run(other)) != _saved(sent[0].run)


def clean_log(field: Field, attack: Attack, sent: list[Sent]) -> None:
    for line in field.serving.log.splitlines():
        json.loads(line)
    assert "\x1b" not in field.serving.log + field.serving.said


def in_the_picture(field: Field, attack: Attack, sent: list[Sent]) -> None:
    (change,) = attack.send["mutate"]
    for one in sent:
        if one.run:
            (saved,) = [made for made in one.run["artifacts"] if not made["preview"]]
            data = field.mouth.ask("GET", saved["url"]).body
            inside = json.loads(embedded_graph(data))
            assert inside["nodes"]["positive"]["params"]["text"] == change["value"]


def ids_are_kept(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """The run's own graph, and a graph that is saved and read again, have the id."""
    for at, one in enumerate(sent):
        (id,) = json.loads(one.graph)["nodes"]
        assert id == attack.send["ids"][at]
        if one.run:
            used = field.mouth.ask("GET", f"/api/runs/{one.run['id']}/graph").json
            assert list(used["nodes"]) == [id]
        body = (GRAPHS % one.graph).encode()
        name = f"/api/graphs/ids{at}"
        saved = field.mouth.ask("PUT", name, body, {"If-None-Match": "*"})
        assert saved.status in {200, 201}, saved
        read = field.mouth.ask("GET", name)
        assert list(read.json["graph"]["nodes"]) == [id]
        field.mouth.ask("DELETE", name, headers={"If-Match": read.headers["etag"]})


def ids_are_escaped(field: Field, attack: Attack, sent: list[Sent]) -> None:
    clean_log(field, attack, sent)
    metrics = field.mouth.ask("GET", "/metrics").body.decode()
    for id in attack.send["ids"]:
        assert id not in metrics
        assert id not in field.serving.said


def nothing_outside(field: Field, attack: Attack, sent: list[Sent]) -> None:
    foul = [line for line in field.serving.watched if line.startswith("write ")]
    assert not foul, foul


def under_the_root(field: Field, attack: Attack, sent: list[Sent]) -> None:
    for one in sent:
        for made in one.run.get("artifacts", ()):
            digest = made["hash"].removeprefix("sha256:")
            assert (field.serving.data / "artifacts" / digest[:2] / digest).is_file()


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


def literally(field: Field, attack: Attack, sent: list[Sent]) -> None:
    in_the_picture(field, attack, sent)


def no_canary(field: Field, attack: Attack, sent: list[Sent]) -> None:
    root = field.serving.folder
    assert not list(root.rglob("CANARY"))
    assert not os.path.exists("CANARY")


def says_comfy(field: Field, attack: Attack, sent: list[Sent]) -> None:
    text = sent[0].heard.body.decode()
    assert "ComfyUI" in text, text


def two_files(field: Field, attack: Attack, sent: list[Sent]) -> None:
    saved = [made for made in sent[0].run["artifacts"] if not made["preview"]]
    assert len({made["hash"] for made in saved}) == 2
    for made in saved:
        assert field.mouth.ask("GET", made["url"]).status == 200


def same_keys(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert [one.heard.status for one in sent] == [202, 202], sent
    _all_kept(sent[1].run)


def nearest_sizes(field: Field, attack: Attack, sent: list[Sent]) -> None:
    problem = sent[0].heard.problems[0]
    text = problem["message"] + problem["fix"]
    for number in ("8", "512", "520"):
        assert number in text, text


def suggests_steps(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert "'steps'" in sent[0].heard.problems[0]["fix"]


def no_memory(field: Field, attack: Attack, sent: list[Sent]) -> None:
    with field.memory(16):
        again = [_send(field, one.graph) for one in sent]
    assert all(not one.run for one in again)


def _saved(run: Mapping[str, Json]) -> list[str]:
    return [made["hash"] for made in run["artifacts"] if not made["preview"]]


def _all_kept(run: Mapping[str, Json]) -> None:
    """Nothing that costs anything was run again."""
    heavy = ("predict", "decode", "positive", "negative", "other_predict", "other_decode")
    assert run["status"] == "completed", run
    for path in heavy:
        timing = run["timings"].get(path)
        assert timing is None or timing["runs"] == 0, (path, timing)


PROOFS: dict[str, Proof] = {
    "node id": at_node,
    "node id + port": at_port,
    "node id + port + both types": with_types,
    "nearest known type names": near_types,
    "error lists the ids on the cycle": names_the_circle,
    "silently keep the last one": refused,
    'suggests "steps"': suggests_steps,
    "event loop lag < 250 ms during validation": no_500,  # the pulse in `act` measures it
    "no RecursionError": no_recursion_error,
    "each node executed once": once_each,
    "500": no_500,
    "RecursionError in log": no_recursion_error,
    "documented range; outside -> 422 out_of_range; inside -> same image on every run": seeds,
    "treated as 20; same cache key as 20": as_twenty,
    "any allocation": no_memory,
    "message names 8 and nearest valid values": nearest_sizes,
    "documented: 0.0 returns input latent unchanged or 422; never NaN": edges_of_strength,
    "either all tokens used (chunking) or a warning event with the dropped text; never silent": (
        every_token
    ),
    "log lines stay one line and without raw ESC": clean_log,
    "PNG metadata round-trips exactly": in_the_picture,
    "metadata round-trips byte-exact": in_the_picture,
    "round-trip keeps or rejects the id, never drops it": ids_are_kept,
    "id escaped in logs, metrics and DOM": ids_are_escaped,
    "nothing created outside the output root": nothing_outside,
    "if 202: final name is reported and lies under the output root": under_the_root,
    "same answer whether the target exists or not (no oracle)": no_oracle,
    "no outbound connection": nobody_called,
    "no hang": in_time,
    "0 outbound sockets unless downloads were switched on": nobody_called,
    "choice list is an enum, no getattr on user text": choices_are_listed,
    "text used literally": literally,
    "no CANARY file": no_canary,
    "says which format was seen and where the importer is, or imports it": says_comfy,
    "two files, none overwritten": two_files,
    "same cache keys: second run executes 0 heavy nodes": same_keys,
}

for entry in ATTACKS:
    if entry.id.startswith("G"):
        DEEDS[entry.id] = Deed(act, tuple(line for line in entry.sentences if line in PROOFS))
