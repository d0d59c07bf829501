from __future__ import annotations

import io
from pathlib import Path

from server.worker.channel import Frame, encode, read
from server.worker.messages import (
    job_frame,
    job_of,
    made_frame,
    made_of,
    outcome_frame,
    outcome_of,
    peeked_of,
)
from server.worker.protocol import Job, Made, Outcome, Peeked, Value
from server.worker.setup import Setup, surroundings


def sent(frame: Frame) -> Frame:
    found = read(io.BytesIO(encode(frame.head, frame.parts)))
    assert found is not None
    return found


def test_a_job_arrives_whole() -> None:
    whole = Job("r", "{}", {"seed": 2**53 - 1, "text": "\ud800ü"}, ("a", "b.c"), True)
    for job in (whole, Job("r", "")):
        assert job_of(sent(job_frame(job))) == job


def test_a_file_arrives_whole() -> None:
    made = Made("sampler/save", (1, 2), 3, "{title} {n}", "image/png", b"\x89PNG", True)
    assert made_of(sent(made_frame("r", made))) == made


def test_an_outcome_arrives_whole() -> None:
    outcome = Outcome(
        "failed",
        1.5,
        ({"code": "non_finite", "path": "p"},),
        {
            "pictures": Value("picture", pictures=(b"one", b"", b"three")),
            "number": Value("plain", plain=[1, None, {"a": 0.5}]),
            "other": Value("picture", pictures=(b"four",)),
            "latent": Value("summary", summary={"type": "Latent"}),
        },
        {"a/b": (1, 2, 0.25, True)},
        ("lost",),
    )
    assert outcome_of(sent(outcome_frame("r", outcome))) == outcome


def test_an_answer_to_a_peek() -> None:
    head = {"type": "answer", "id": 1}
    found = Frame({**head, "result": {"summary": {"a": 1}}}, (b"png",))
    assert peeked_of(sent(found)) == Peeked(b"png", {"a": 1})
    assert peeked_of(sent(Frame({**head, "result": None}))) is None


def test_a_setup_arrives_whole() -> None:
    setup = Setup(
        "cuda:1", None, (Path("/a"), Path("b")), (), Path("u"), None, Path("v"), Path("h"), 1, 0
    )
    for one in (setup, Setup()):
        assert Setup.from_json(sent(Frame({"setup": one.to_json()})).head["setup"]) == one


def test_a_worker_inherits_no_secrets() -> None:
    harmless = {"PATH", "HOME", "TOKENIZERS_PARALLELISM", "KEYBOARD", "OMP_NUM_THREADS", "HF_TOKEN"}
    secrets = {"LATENTGRAPH_TOKEN", "LATENTGRAPH_DATA", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY"}
    secrets |= {"db_password", "OPENAI_API_KEY", "SSH_AUTH_SOCK", "X_CREDENTIALS"}
    assert set(surroundings(dict.fromkeys(harmless | secrets, "x"))) == harmless
