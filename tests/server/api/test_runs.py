"""Runs over HTTP: submitting, waiting, lists, keys, the queue, and what comes of a failure."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from server.runs.policy import Policy
from tests.server.fakeworker import NON_FINITE, Play

from .serving import Server, run, serving

SLOW = Play(seconds=0.3)
PNG = {"Accept": "image/png"}


async def submitted(server: Server, body: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    status, found = await server.ask("POST", "/api/runs", body, **options)
    assert status == 202, found
    rows: list[dict[str, Any]] = found["runs"]
    return rows


def test_a_template_is_run_by_its_inputs_alone(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            path = "/api/templates/txt2img/run?wait=20"
            status, found = await server.ask("POST", path, {"prompt": "a cat", "seed": 5})
            assert status == 200
            (made,) = found["runs"]
            assert made["status"] == "completed"
            assert made["inputs"] == {"prompt": "a cat", "seed": 5}
            assert await server.get(f"/api/runs/{made['id']}") == made
            used = await server.get(f"/api/runs/{made['id']}/graph")
            assert used["nodes"]["positive"]["params"]["text"] == "a cat"
            assert used["nodes"]["noise"]["params"]["seed"] == 5

    run(test)


def test_a_picture_comes_as_the_answer_itself(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            url = server.url + "/api/templates/txt2img/run?wait=20"
            async with server.http.post(url, json={}, headers=PNG) as answer:
                assert answer.status == 200
                assert answer.content_type == "image/png"
                assert (await answer.read()).startswith(b"\x89PNG")
                etag = answer.headers["ETag"]
            (made,) = (await server.get("/api/runs"))["runs"]
            run_url = f"{server.url}/api/runs/{made['id']}"
            async with server.http.get(run_url, headers=PNG) as answer:
                assert answer.headers["ETag"] == etag

    run(test)


def test_a_failed_run_is_no_picture_and_says_why(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", plays=Play(fails=NON_FINITE)) as server:
            path = "/api/templates/txt2img/run?wait=20"
            status, found = await server.ask("POST", path, {}, headers=PNG)
            assert (status, found["error"]["code"]) == (409, "run_failed")
            status, found = await server.ask("POST", path, {"seed": 1})
            assert status == 200
            assert found["runs"][0]["problems"][0]["code"] == "non_finite"

    run(test)


def test_lists_make_one_run_an_item(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            inputs = {"prompt": ["a", "b", "c"], "seed": [1, 2, 3], "steps": 4}
            rows = await submitted(server, {"name": "txt2img", "inputs": inputs})
            assert [row["inputs"] for row in rows] == [
                {"prompt": p, "seed": s, "steps": 4} for p, s in zip("abc", (1, 2, 3), strict=True)
            ]
            assert [row["item"] for row in rows] == [0, 1, 2]
            assert len({row["batch"] for row in rows}) == 1
            body = {"name": "txt2img", "inputs": {"prompt": ["a", "b"], "seed": [1]}}
            status, found = await server.ask("POST", "/api/runs", body)
            assert (status, found["error"]["code"]) == (422, "unequal_lists")

    run(test)


def test_a_count_takes_the_next_seed_each_time(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            body = {"name": "txt2img", "inputs": {"seed": 2**53 - 2}, "count": 3}
            rows = await submitted(server, body)
            assert [row["inputs"]["seed"] for row in rows] == [2**53 - 2, 2**53 - 1, 0]

    run(test)


def test_one_key_makes_one_run(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            headers = {"Idempotency-Key": "abc"}
            asked = [submitted(server, {"name": "txt2img"}, headers=headers) for _ in range(20)]
            found = await asyncio.gather(*asked)
            assert len({rows[0]["id"] for rows in found}) == 1
            assert len((await server.get("/api/runs"))["runs"]) == 1
            status, answer = await server.ask(
                "POST", "/api/runs", {"name": "img2img"}, headers=headers
            )
            assert status in {409, 422}, answer

    run(test)


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    async def test() -> None:
        policy = Policy(max_queue=3)
        async with serving(tmp_path / "data", plays=SLOW, policy=policy) as server:
            seen = []
            for _ in range(8):
                async with server.http.post(
                    server.url + "/api/runs", json={"name": "txt2img"}
                ) as answer:
                    seen.append(answer.status)
                    if answer.status == 429:
                        assert int(answer.headers["Retry-After"]) >= 1
            assert seen.count(202) in {3, 4}
            assert set(seen) == {202, 429}
            assert (await server.get("/api/health"))["status"] == "ok"

    run(test)


def test_cancel_move_retry_remove(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data", plays=SLOW) as server:
            rows = await submitted(server, {"name": "txt2img", "count": 4})
            first, second, third, last = (row["id"] for row in rows)
            _, moved = await server.ask("POST", f"/api/runs/{last}/move", {"first": True})
            assert moved["place"] == 0
            _, found = await server.ask("POST", f"/api/runs/{second}/cancel", {})
            assert found["status"] == "cancelled"
            again = await server.ask("POST", f"/api/runs/{second}/cancel")
            assert again == (200, found)
            status, _ = await server.ask("DELETE", f"/api/runs/{third}")
            assert status == 409
            status, _ = await server.ask("POST", f"/api/runs/{third}/retry", {})
            assert status == 409
            status, retried = await server.ask("POST", f"/api/runs/{second}/retry", {})
            assert (status, retried["retry_of"]) == (202, second)
            status, _ = await server.ask("DELETE", f"/api/runs/{second}")
            assert status == 204
            for method, tail in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry")):
                body = {} if method == "POST" else None
                status, found = await server.ask(method, f"/api/runs/{second}{tail}", body)
                assert (status, found["error"]["code"]) == (404, "unknown_run")
            await server.ask("POST", f"/api/runs/{first}/cancel", {})

    run(test)


def test_pages_hold_every_run_once(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            rows = await submitted(server, {"name": "txt2img", "count": 7})
            seen: list[str] = []
            path = "/api/runs?limit=3"
            while True:
                page = await server.get(path)
                assert len(page["runs"]) <= 3
                seen += [row["id"] for row in page["runs"]]
                if page["next"] is None:
                    break
                path = f"/api/runs?limit=3&cursor={page['next']}"
            assert seen == [row["id"] for row in reversed(rows)]
            assert (await server.get("/api/runs?name=nothing"))["runs"] == []

    run(test)


@pytest.mark.parametrize(
    "query",
    ["limit=-1", "limit=0", "limit=1000000000", "limit=x", "limit=1.5", "limit=", "limit=1&limit=2",
     "cursor=%27;DROP", "sort=id", "status=done", "status=queued,", "name="],
)  # fmt: skip
def test_a_wrong_query_is_refused(tmp_path: Path, query: str) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            status, found = await server.ask("GET", f"/api/runs?{query}")
            assert status == 400
            assert found["error"]["problems"][0]["port"] in query

    run(test)


def test_looking_ahead_and_into_what_is_kept(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            ahead = await server.ask("POST", "/api/forecast", {"name": "txt2img"})
            assert ahead[1]["states"]["denoise"] == "run"
            assert ahead[1]["total"] is None
            await server.ask("POST", "/api/templates/txt2img/run?wait=20", {})
            (made,) = (await server.get("/api/runs"))["runs"]
            after = await server.ask("POST", "/api/forecast", {"name": "txt2img"})
            assert after[1]["states"]["denoise"] == "cached"
            assert after[1]["seconds"]["denoise"] == 0.0
            assert after[1]["lost"] == []
            path = f"/api/runs/{made['id']}/peek?wire=denoise.latent&turn=1"
            async with server.http.get(server.url + path) as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")
            found = await server.get(path + "&as=summary")
            assert found["summary"]
            status, found = await server.ask("GET", path.replace("turn=1", "turn=999"))
            assert (status, found["error"]["code"]) == (404, "not_kept")

    run(test)
