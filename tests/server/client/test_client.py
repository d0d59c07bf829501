"""The clients against a server that misbehaves: what is repeated, what is not, what is raised."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import Any

import pytest

from server.client import (
    Client,
    ClientError,
    RefusedError,
    RunFailedError,
    UnreachableError,
)
from tests.server.client.both import CLIENTS, Make
from tests.server.client.scripted import Reply, scripted

RUN = {
    "id": "r1",
    "status": "queued",
    "batch": "b1",
    "created": "2026-11-21T12:00:00.000+00:00",
    "inputs": {"seed": 3},
    "a_member_of_the_future": [1, 2],
}
DONE = {
    **RUN,
    "status": "completed",
    "started": "2026-11-21T12:00:01.000+00:00",
    "finished": "2026-11-21T12:00:03.500+00:00",
    "values": {
        "image": {
            "kind": "picture",
            "pictures": [
                {
                    "hash": "sha256:00",
                    "media_type": "image/png",
                    "bytes": 3,
                    "width": 8,
                    "height": 8,
                }
            ],
        },
        "total": {"kind": "plain", "plain": 1.5},
    },
    "timings": {"decode": {"runs": 1, "cached": 0, "seconds": 0.25, "failed": False}},
}
PROBLEM = {
    "code": "unknown_node_type",
    "message": "There is no node type 'Foo'.",
    "path": "a",
    "port": "",
    "fix": "Did you mean 'For'?",
}
ERROR = {"error": {"code": "unknown_node_type", "message": "No.", "problems": [PROBLEM]}}


@pytest.fixture(params=CLIENTS)
def make(request: pytest.FixtureRequest) -> Make:
    return CLIENTS[request.param]


def stream(*events: dict[str, Any], tail: str = "") -> Reply:
    text = "".join(f"id: {e['seq']}\nevent: x\ndata: {json.dumps(e)}\n\n" for e in events)
    return Reply(
        body=(": hello\n\n" + text + tail).encode(), headers={"Content-Type": "text/event-stream"}
    )


def event(seq: int, type: str = "turn", run: str | None = "r1") -> dict[str, Any]:
    return {"seq": seq, "type": type, "run": run, "time": "2026-11-21T12:00:00+00:00"}


def test_submit_sends_what_the_contract_says_and_reads_the_runs(make: Make) -> None:
    with scripted(lambda seen: Reply(202, {"runs": [RUN]})) as server:
        runs = make(server.url, "geheim").submit(
            {"format": 1, "nodes": {}}, {"seed": 3}, want=["a.b"], count=2, key="k"
        )
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", "/api/runs")
    assert seen.headers["Authorization"] == "Bearer geheim"
    assert seen.headers["Idempotency-Key"] == "k"
    assert seen.json == {
        "graph": {"format": 1, "nodes": {}},
        "inputs": {"seed": 3},
        "want": ["a.b"],
        "count": 2,
        "priority": 0,
    }
    assert [run.id for run in runs] == ["r1"]
    assert runs[0].created is not None
    assert runs[0].created.utcoffset() is not None


def test_a_submission_whose_answer_was_lost_is_repeated_under_the_same_key(make: Make) -> None:
    replies = iter([Reply(silent=True), Reply(503, {}), Reply(202, {"runs": [RUN]}, cut=3)])
    with scripted(lambda seen: next(replies, Reply(202, {"runs": [RUN]}))) as server:
        (run,) = make(server.url).submit("txt2img")
    assert run.id == "r1"
    assert len(server.seen) == 4
    assert len({seen.headers["Idempotency-Key"] for seen in server.seen}) == 1


def test_what_may_not_be_repeated_is_not(make: Make) -> None:
    with scripted(lambda seen: Reply(silent=True)) as server, pytest.raises(UnreachableError):
        make(server.url).retry("r1")
    assert len(server.seen) == 1


def test_a_refusal_is_an_exception_with_code_sentence_and_problems(make: Make) -> None:
    with (
        scripted(lambda seen: Reply(422, ERROR)) as server,
        pytest.raises(RefusedError, match=r"^No\.$") as caught,
    ):
        make(server.url).submit("x")
    error = caught.value
    assert (error.status, error.code, error.sentence) == (422, "unknown_node_type", "No.")
    assert str(error.problems[0]) == "a: There is no node type 'Foo'. Did you mean 'For'?"
    assert len(server.seen) == 1


def test_a_full_queue_says_when_to_come_again(make: Make) -> None:
    reply = Reply(429, {"error": {"code": "queue_full", "message": "Full."}}, {"Retry-After": "7"})
    with scripted(lambda seen: reply) as server, pytest.raises(RefusedError) as caught:
        make(server.url).submit("x")
    assert (caught.value.code, caught.value.retry_after) == ("queue_full", 7.0)


@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b"[1]", b'{"error": 3}', b"\xff"])
def test_an_error_that_is_none_of_ours_is_still_a_sentence(make: Make, body: bytes) -> None:
    with scripted(lambda seen: Reply(400, body)) as server, pytest.raises(RefusedError) as caught:
        make(server.url).get("r1")
    assert caught.value.sentence == "The server answered with status 400."


def test_an_answer_that_is_no_json_is_a_sentence(make: Make) -> None:
    with (
        scripted(lambda seen: Reply(200, b"<html>")) as server,
        pytest.raises(RefusedError, match="is this latentgraph"),
    ):
        make(server.url).get("r1")


def test_nobody_there(make: Make) -> None:
    with pytest.raises(UnreachableError, match="latentgraph serve"):
        make("http://127.0.0.1:1", patience=0.05).get("r1")


def test_a_wait_asks_again_until_the_run_is_final(make: Make) -> None:
    replies = iter([RUN, {**RUN, "status": "running"}, DONE])
    with scripted(lambda seen: Reply(200, next(replies))) as server:
        run = make(server.url).wait("r1")
    assert run.seconds == 2.5
    assert run.values["total"].plain == 1.5
    assert run.pictures[0].hash == "sha256:00"
    assert run.timings["decode"].seconds == 0.25
    assert all("/api/runs/r1?wait=" in seen.target for seen in server.seen)


def test_a_wait_ends_in_time(make: Make) -> None:
    with scripted(lambda seen: Reply(200, RUN)) as server, pytest.raises(TimeoutError):
        make(server.url).wait("r1", timeout=0.05)


def test_run_raises_what_the_run_failed_of(make: Make) -> None:
    failed = {**DONE, "status": "failed", "problems": [PROBLEM]}
    replies = iter([Reply(202, {"runs": [RUN]}), Reply(200, failed)])
    with (
        scripted(lambda seen: next(replies)) as server,
        pytest.raises(RunFailedError, match="Run r1 failed: a: There is no") as caught,
    ):
        make(server.url).run("x")
    assert caught.value.run.status == "failed"


def test_run_is_of_one_run(make: Make) -> None:
    with (
        scripted(lambda seen: Reply(202, {"runs": [RUN, RUN]})) as server,
        pytest.raises(ClientError, match="It made 2"),
    ):
        make(server.url).run("x", {"seed": [1, 2]})


def test_events_go_on_where_the_connection_broke_none_twice_none_left_out(make: Make) -> None:
    replies = iter(
        [
            stream(event(1), event(2), tail='id: 3\ndata: {"seq": 3, "ty'),  # cut in mid-event
            Reply(silent=True),
            Reply(503, {}),
            stream(event(2), event(3), event(5)),  # brings one again
            stream(event(6, "run_finished")),
        ]
    )
    with scripted(lambda seen: next(replies)) as server:
        got = [item.seq for item in make(server.url).events("r1")]
    assert got == [1, 2, 3, 5, 6]
    places = [seen.target.partition("after=")[2] for seen in server.seen]
    assert places == ["0", "2", "2", "2", "5"]
    assert server.seen[-1].headers["Last-Event-ID"] == "5"


def test_events_end_where_a_run_has_ended_and_nothing_is_left_to_tell(make: Make) -> None:
    replies = iter([stream(event(1)), Reply(204, b"")])
    with scripted(lambda seen: next(replies)) as server:
        assert [item.seq for item in make(server.url).events("r1")] == [1]
    assert server.seen[0].target == "/api/runs/r1/events?after=0"


def test_events_of_a_run_that_is_not_there(make: Make) -> None:
    error = {"error": {"code": "unknown_run", "message": "There is no such run.", "problems": []}}
    with scripted(lambda seen: Reply(404, error)) as server, pytest.raises(RefusedError):
        list(make(server.url).events("nope"))


def test_events_of_a_server_that_stays_away(make: Make) -> None:
    replies = iter([stream(event(1))])
    with (
        scripted(lambda seen: next(replies, Reply(silent=True))) as server,
        pytest.raises(UnreachableError),
    ):
        list(make(server.url, patience=0.2).events("r1"))


def test_a_download_is_checked_against_its_hash(make: Make) -> None:
    data = b"\x89PNG..."
    good = "sha256:" + hashlib.sha256(data).hexdigest()
    with scripted(lambda seen: Reply(200, data)) as server:
        assert make(server.url).download(good) == data
        with pytest.raises(ClientError, match="damaged"):
            make(server.url).download("sha256:" + "0" * 64)
    assert server.seen[0].target == f"/api/artifacts/{good}"


def test_an_upload_says_what_it_is(make: Make) -> None:
    answer = {"hash": "sha256:1", "media_type": "image/png", "bytes": 9, "width": 1, "height": 1}
    with scripted(lambda seen: Reply(201, answer)) as server:
        assert make(server.url).upload(b"\x89PNG\r\n\x1a\nx").hash == "sha256:1"
    assert server.seen[0].headers["Content-Type"] == "image/png"
    assert server.seen[0].body == b"\x89PNG\r\n\x1a\nx"


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a?b", "a#b", "ä", "%2e%2e"])
def test_a_name_stays_one_segment_of_the_path(make: Make, name: str) -> None:
    from urllib.parse import unquote

    with scripted(lambda seen: Reply(404, {})) as server, pytest.raises(RefusedError):
        make(server.url).graph(name)
    segments = server.seen[0].target.split("/")
    assert segments[:3] == ["", "api", "graphs"]
    assert len(segments) == 4
    assert segments[3] not in {".", ".."}
    assert unquote(segments[3]) == name


def test_a_save_is_conditional(make: Make) -> None:
    saved = {"name": "mine", "version": 2, "etag": '"e2"', "title": "", "graph": {}}
    conflict = Reply(412, {"error": {"code": "etag_mismatch", "message": "."}}, {"ETag": '"e3"'})
    replies = iter([Reply(201, saved, {"ETag": '"e2"'}), conflict])
    with scripted(lambda seen: next(replies)) as server:
        assert make(server.url).save("mine", {"format": 1}).etag == '"e2"'
        with pytest.raises(RefusedError) as caught:
            make(server.url).save("mine", {"format": 1}, etag='"e1"')
    assert caught.value.etag == '"e3"'
    assert server.seen[0].headers["If-None-Match"] == "*"
    assert server.seen[1].headers["If-Match"] == '"e1"'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_a_graph_that_is_no_json_is_not_sent(make: Make, value: object) -> None:
    with pytest.raises(ClientError, match="cannot be written as JSON"):
        make("http://127.0.0.1:1").submit({"x": value})


@pytest.mark.parametrize(
    "text", ["ftp://a", "http://", "http://a:99999", "http://user:secret@a", "http://a:b"]
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ClientError, match="no server address"):
        Client(text)


def test_the_address_and_the_token_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LATENTGRAPH_SERVER", "https://pictures.example/lg/")
    monkeypatch.setenv("LATENTGRAPH_TOKEN", "geheim")
    client = Client()
    assert client.address.url == "https://pictures.example:443/lg"
    assert client.address.headers == {"Authorization": "Bearer geheim"}
    assert "geheim" not in repr(client) + repr(client.address)


@pytest.mark.parametrize("token", ["a\r\nX: y", "tökén"])
def test_a_token_that_no_header_carries(token: str) -> None:
    with pytest.raises(ClientError, match="no header can carry"):
        Client("http://127.0.0.1:1", token)


def test_it_imports_neither_torch_nor_the_engine_nor_aiohttp() -> None:
    code = "import sys, server.client; print(*{m.split('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "engine", "pydantic", "aiohttp"} & set(done.stdout.split())


def test_both_clients_have_the_same_methods() -> None:
    import inspect

    from server.client import AsyncClient

    def face(kind: type) -> dict[str, list[str]]:
        methods = inspect.getmembers(kind, inspect.isfunction)
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in methods
            if not name.startswith("_") and name != "close"
        }

    assert face(Client) == face(AsyncClient)
