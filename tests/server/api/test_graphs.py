"""Graphs by name: saved without one writer undoing another, and each an endpoint with a type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .serving import Server, run, serving

ADDING: dict[str, Any] = {
    "format": 1,
    "title": "Adding",
    "inputs": {"start": {"to": ["start.value"]}, "amount": {"to": ["step.amount"]}},
    "outputs": {"total": "total.value"},
    "nodes": {
        "start": {"type": "user:Start", "params": {"value": 3}},
        "step": {"type": "user:Add", "inputs": {"sum": "start.sum"}},
        "total": {"type": "user:Total", "inputs": {"sum": "step.sum"}},
    },
}
NEW = {"If-None-Match": "*"}


async def saved(server: Server, name: str, graph: Any, **headers: str) -> tuple[int, Any]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return await server.ask("PUT", f"/api/graphs/{name}", {"graph": graph}, headers=names or NEW)


def test_saving_needs_to_know_what_it_replaces(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            status, _ = await server.ask("PUT", "/api/graphs/adding", {"graph": ADDING})
            assert status == 428
            status, first = await saved(server, "adding", ADDING)
            assert (status, first["version"], first["problems"]) == (201, 1, [])
            assert first["graph"] == ADDING | {"view": {}} or first["graph"]["nodes"]
            status, _ = await saved(server, "adding", ADDING)
            assert status == 412
            changed = {**ADDING, "title": "Adding more"}
            status, second = await saved(server, "adding", changed, If_Match=first["etag"])
            assert (status, second["version"]) == (200, 2)
            async with server.http.put(
                server.url + "/api/graphs/adding",
                json={"graph": ADDING},
                headers={"If-Match": f'"{first["etag"]}"'},
            ) as answer:
                assert answer.status == 412
                assert answer.headers["ETag"] == f'"{second["etag"]}"'
            old = await server.get("/api/graphs/adding?version=1")
            assert old["title"] == "Adding"
            _, third = await server.ask("POST", "/api/graphs/adding/restore", {"version": 1})
            assert (third["version"], third["title"]) == (3, "Adding")
            versions = (await server.get("/api/graphs/adding/versions"))["versions"]
            assert [row["version"] for row in versions] == [3, 2, 1]
            assert (await server.ask("DELETE", "/api/graphs/adding"))[0] == 204
            assert (await server.ask("GET", "/api/graphs/adding"))[0] == 404

    run(test)


def test_a_graph_is_renamed_with_its_versions(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            _, first = await saved(server, "adding", ADDING)
            changed = {**ADDING, "title": "Adding more"}
            _, second = await saved(server, "adding", changed, If_Match=first["etag"])
            await saved(server, "taken", ADDING)
            path = "/api/graphs/adding/rename"
            for to, expected, status, code in (
                ("sums", first["etag"], 412, "etag_mismatch"),
                ("taken", second["etag"], 409, "name_taken"),
                ("../sums", second["etag"], 422, "bad_name"),
            ):
                headers = {"If-Match": f'"{expected}"'}
                came, said = await server.ask("POST", path, {"to": to}, headers=headers)
                assert (came, said["error"]["code"]) == (status, code)
            headers = {"If-Match": f'"{second["etag"]}"'}
            came, moved = await server.ask("POST", path, {"to": "sums"}, headers=headers)
            assert (came, moved["name"], moved["title"]) == (200, "sums", "Adding more")
            _, kept = await server.ask("GET", "/api/graphs/sums/versions")
            assert [row["title"] for row in kept["versions"]] == ["Adding more", "Adding"]
            assert (await server.ask("GET", "/api/graphs/adding"))[0] == 404
            assert (await server.ask("POST", path, {"to": "sums"}))[0] == 404

    run(test)


def test_a_draft_is_kept_with_its_problems_and_what_is_no_graph_is_not(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            draft = {"format": 1, "nodes": {"a": {"type": "NoSuchNode"}}}
            status, found = await saved(server, "draft", draft)
            assert status == 201
            assert found["problems"][0]["code"] == "unknown_node_type"
            status, found = await saved(server, "worse", {"format": 1, "nodes": {}})
            assert (status, found["error"]["code"]) == (422, "empty_graph")
            status, found = await server.ask("POST", "/api/graphs/draft/run", {})
            assert (status, found["error"]["code"]) == (422, "unknown_node_type")
            assert "/api/graphs/draft/run" not in (await _paths(server))

    run(test)


def test_a_saved_graph_is_an_endpoint_with_a_body_of_its_own(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            await saved(server, "adding", ADDING)
            operation = (await _paths(server))["/api/graphs/adding/run"]["post"]
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert schema["properties"]["start"]["type"] == "integer"
            assert schema["properties"]["start"]["default"] == 3
            assert schema["additionalProperties"] is False
            path = "/api/graphs/adding/run?wait=20"
            status, found = await server.ask("POST", path, {"start": 40, "amount": 2})
            assert status == 200
            assert found["runs"][0]["inputs"] == {"start": 40, "amount": 2}
            assert (found["runs"][0]["name"], found["runs"][0]["version"]) == ("adding", 1)
            for body, code in (
                ({"start": True}, "wrong_type"),
                ({"start": [1, 2]}, "wrong_type"),
                ({"begin": 1}, "unknown_input"),
                ({"start": 1e300}, "out_of_range"),
            ):
                status, found = await server.ask("POST", "/api/graphs/adding/run", body)
                assert (status, found["error"]["code"]) == (422, code), body

    run(test)


def test_a_run_can_be_pinned_to_a_version(tmp_path: Path) -> None:
    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            _, first = await saved(server, "adding", ADDING)
            await saved(server, "adding", {**ADDING, "title": "Other"}, If_Match=first["etag"])
            for query, title, version in (("?version=1", "Adding", 1), ("", "Other", 2)):
                _, found = await server.ask("POST", f"/api/graphs/adding/run{query}", {})
                made = found["runs"][0]
                assert (made["title"], made["version"]) == (title, version)
            status, _ = await server.ask("POST", "/api/graphs/adding/run?version=9", {})
            assert status == 404

    run(test)


def test_a_form_runs_a_graph_as_json_does(tmp_path: Path) -> None:
    from aiohttp import FormData

    async def test() -> None:
        async with serving(tmp_path / "data") as server:
            form = FormData({"prompt": "a cat", "steps": "7"})
            form.add_field("seed", "12", content_type="application/json")
            url = server.url + "/api/templates/txt2img/run"
            async with server.http.post(url, data=_multipart(form)) as answer:
                assert answer.status == 202, await answer.text()
                (made,) = (await answer.json())["runs"]
            assert made["inputs"] == {"prompt": "a cat", "steps": 7, "seed": 12}

    run(test)


def _multipart(form: Any) -> Any:
    form._is_multipart = True
    return form


async def _paths(server: Server) -> dict[str, Any]:
    paths: dict[str, Any] = (await server.get("/api/openapi.json"))["paths"]
    return paths
