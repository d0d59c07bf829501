"""Proofs for graphs that run: their pictures, files, ids, keys and seeds."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from typing import Any

from PIL import Image

from server.picture import embedded_graph

from .book import Attack
from .field import Field
from .requests import GRAPHS
from .roles import with_value
from .sent import Proof, Sent

Json = Any


def once_each(field: Field, attack: Attack, sent: list[Sent]) -> None:
    timings = sent[0].run["timings"]
    assert len(timings) == attack.send["depth"] + 2
    assert all(timing["runs"] + timing["cached"] == 1 for timing in timings.values()), timings


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
    (first,), (last,) = _saved(none.run), _saved(whole.run)
    assert _pixels(field, last) == _pixels(field, field.bytes) != _pixels(field, first)


def every_token(field: Field, attack: Attack, sent: list[Sent]) -> None:
    """The last word of a long prompt changes the picture."""
    prompt = json.loads(sent[0].graph)["nodes"]["positive"]["params"]["text"]
    other = with_value(field.base, "text.prompt", prompt.rsplit(" ", 1)[0] + " blue")
    (first,), (changed,) = _saved(sent[0].run), _saved(field.serving.run(other))
    assert _pixels(field, first) != _pixels(field, changed)


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


def literally(field: Field, attack: Attack, sent: list[Sent]) -> None:
    in_the_picture(field, attack, sent)


def no_canary(field: Field, attack: Attack, sent: list[Sent]) -> None:
    root = field.serving.folder
    assert not list(root.rglob("CANARY"))
    assert not os.path.exists("CANARY")


def two_files(field: Field, attack: Attack, sent: list[Sent]) -> None:
    saved = [made for made in sent[0].run["artifacts"] if not made["preview"]]
    assert len({made["hash"] for made in saved}) == 2
    for made in saved:
        assert field.mouth.ask("GET", made["url"]).status == 200


def same_keys(field: Field, attack: Attack, sent: list[Sent]) -> None:
    assert [one.heard.status for one in sent] == [202, 202], sent
    _all_kept(sent[1].run)


def _saved(run: Mapping[str, Json]) -> list[str]:
    return [made["hash"] for made in run["artifacts"] if not made["preview"]]


def _pixels(field: Field, hash: str) -> bytes:
    """What a picture shows, without the graph that it carries."""
    data = field.mouth.ask("GET", f"/api/artifacts/{hash}").body
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()


def _all_kept(run: Mapping[str, Json]) -> None:
    """Nothing that costs anything was run again."""
    heavy = ("predict", "decode", "positive", "negative", "other_predict", "other_decode")
    assert run["status"] == "completed", run
    for path in heavy:
        timing = run["timings"].get(path)
        assert timing is None or timing["runs"] == 0, (path, timing)


RESULTS: dict[str, Proof] = {
    "each node executed once": once_each,
    "documented range; outside -> 422 out_of_range; inside -> same image on every run": seeds,
    "treated as 20; same cache key as 20": as_twenty,
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
    "text used literally": literally,
    "no CANARY file": no_canary,
    "two files, none overwritten": two_files,
    "same cache keys: second run executes 0 heavy nodes": same_keys,
}
