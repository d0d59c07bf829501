"""Drivers: they take a walk's calls and answer them, for real or not.

`run` makes each call now, on one thread. `forecast` answers without computing, `static` makes
only the static calls. `record` notes every call on its way. The one place where a broad
`except` stands, and where torch's autograd is off.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

import torch

from .context import Context
from .errors import NodeError, Problem, RunCancelled
from .frames import PENDING, Call, Done, Failure, Outcome, pending
from .plan import Planned
from .report import Reporter
from .values import PLAIN, tensors_of
from .walk import Walker

log = logging.getLogger(__name__)
Answer = Done | Failure
Driver = Callable[[Walker], Outcome]
SHORTAGE = ("can't allocate memory", "CUDA error: out of memory", "_STATUS_ALLOC_FAILED")


def run(
    walker: Walker, context: Context, reporter: Reporter, clock: Callable[[], float] | None = None
) -> Outcome:
    """Makes every call of a walk in this thread. Raises RunCancelled within one call."""
    clock = clock or time.perf_counter
    walk = walker.walk()
    with torch.no_grad():
        call = _next(walk, None)
        while call is not None:
            if context.is_cancelled():
                walk.close()
                raise RunCancelled
            call = _next(walk, answer(call, context, reporter, clock))
    return walker.outcome


def answer(call: Call, context: Context, reporter: Reporter, clock: Callable[[], float]) -> Answer:
    """Makes one call: its outputs and seconds, or what went wrong, with the node named."""
    node, implementation, turn = call.node, call.implementation, call.turn
    if implementation.context:
        context = replace(
            context,
            path=node.path,
            turn=turn,
            on_progress=lambda done, total: reporter.progress(node, turn, done, total),
            on_artifact=lambda artifact: reporter.artifact(node, turn, artifact),
        )
    reporter.started(node, turn)
    try:
        versions = _versions(call.inputs)
        start = clock()
        outputs = implementation.call(call.inputs, context)
        seconds = clock() - start
    except RunCancelled:
        raise
    except NodeError as error:
        cause = error.__cause__  # what a loader took for a broken file may have been this
        if isinstance(cause, Exception) and _is_shortage(cause):
            return _failed(_out_of_memory(node, cause), call, reporter)
        return _failed(error.at(node.path), call, reporter)
    except Exception as error:
        if _is_shortage(error):
            log.debug("out of memory in %s", node.path, exc_info=True)
            return _failed(_out_of_memory(node, error), call, reporter)
        log.debug("%s failed", node.path, exc_info=True)
        text = " ".join(str(error).split())[:500]
        message = f"{node.type} failed: {type(error).__name__}: {text}"
        return _failed(Problem("node_failed", message, node.path), call, reporter)
    if versions and any(tensor._version != version for tensor, version in versions):
        return _failed(_impure(node), call, reporter)
    if len(outputs) != len(implementation.declaration.outputs):
        return _failed(_miscounted(call, outputs), call, reporter)
    reporter.ran(node, turn, seconds)
    return Done(outputs, seconds)


def forecast(walker: Walker, context: Context, reporter: Reporter) -> dict[str, str]:
    """What a run would do, by path: `cached`, `run`, or `unknown` until something has run.

    Static nodes are run, since keys need them; nothing else is.
    """
    states: dict[str, str] = {}
    walk = walker.walk()
    with torch.no_grad():
        call = _next(walk, None)
        while type(call) is Call:
            declaration = call.implementation.declaration
            if declaration.static and not any(map(pending, call.inputs.values())):
                reply = answer(call, context, reporter, time.perf_counter)
            else:
                states[call.node.path] = "run"
                reply = Done((PENDING,) * len(declaration.outputs), 0.0)
            call = _next(walk, reply)
    return states


def static(walker: Walker, context: Context, reporter: Reporter) -> None:
    """Makes a walk's static calls, and ends it at the first other one."""
    walk = walker.walk()
    with torch.no_grad():
        call = _next(walk, None)
        while type(call) is Call and call.implementation.declaration.static:
            call = _next(walk, answer(call, context, reporter, time.perf_counter))
    walk.close()


def record(walker: Walker, driver: Driver, calls: list[Call]) -> Outcome:
    """Runs `driver` on a walk and notes each call it is given, in order."""
    inner = walker.walk

    def walk() -> Generator[Call, Answer, Outcome]:
        generator = inner()
        call = _next(generator, None)
        while type(call) is Call:
            calls.append(call)
            call = _next(generator, (yield call))
        return walker.outcome

    walker.walk = walk  # type: ignore[method-assign]
    return driver(walker)


def _next(walk: Generator[Call, Answer, Outcome], reply: Answer | None) -> Call | None:
    try:
        return walk.send(reply)  # type: ignore[arg-type]
    except StopIteration:
        return None


def _failed(problem: Problem, call: Call, reporter: Reporter) -> Failure:
    reporter.failed(problem, call.turn)
    return Failure(problem)


def _is_shortage(error: Exception) -> bool:
    """Whether memory ran out, of the device or of the system; torch says the latter in words."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in SHORTAGE)


def _out_of_memory(node: Planned, error: Exception) -> Problem:
    """Says what was asked for and what is free, in torch's words where it has some."""
    detail = str(error).partition(". See")[0].split("\n")[0][:300].rstrip(".")
    message = f"{node.type} ran out of memory: {detail or 'no size was named'}"
    if "free" not in detail:
        message += f"; {_free()} are free"
    fix = "Make the picture or the batch smaller, or use dtype float16."
    return Problem("out_of_memory", message + ".", node.path, fix=fix)


def _free() -> str:
    """The memory that is free, on the GPU where there is one."""
    if torch.cuda.is_available():
        count = torch.cuda.mem_get_info()[0]
    else:
        try:
            count = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):
            return "unknown amounts"
    return f"{count / 2**30:.2f} GiB"


def _versions(inputs: dict[str, Any]) -> list[tuple[Any, int]]:
    return [
        (tensor, tensor._version)
        for value in inputs.values()
        if not isinstance(value, PLAIN)
        for tensor in tensors_of(value)
    ]


def _impure(node: Planned) -> Problem:
    message = f"{node.type} changed one of its inputs in place; nodes must leave them alone."
    return Problem("impure_node", message, node.path, fix="Work on a clone() in the node.")


def _miscounted(call: Call, outputs: tuple[Any, ...]) -> Problem:
    wanted = len(call.implementation.declaration.outputs)
    message = f"{call.node.type} returned {len(outputs)} values for its {wanted} outputs."
    return Problem("node_failed", message, call.node.path)
