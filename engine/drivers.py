"""Drivers: they take a walk's calls and answer them, for real or not.

`run` makes each call now, on one thread. `forecast` answers without computing, `static` makes
only the static calls. `record` notes every call on its way. The one place where a broad
`except` stands, and where torch's autograd is off.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from .context import Context
from .errors import NodeError, Problem, RunCancelled
from .frames import PENDING, Call, Done, Failure, Outcome, pending
from .plan import Planned
from .report import Reporter
from .shortage import AGAIN, forget, is_shortage, out_of_memory
from .values import EXACTLY_PLAIN, tensors_of
from .walk import Walker

log = logging.getLogger(__name__)
Answer = Done | Failure
Driver = Callable[[Walker], Outcome]


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
    """Makes one call: its outputs and seconds, or what went wrong, with the node named.

    Where memory runs out, what is idle is moved out and the call made once more; a sink's is not,
    as part of what it saves may be saved already.
    """
    node, turn = call.node, call.turn
    inexact: list[str] = []
    if call.implementation.context:
        context = _of_call(context, node, turn, reporter, inexact)
    reporter.started(node, turn)
    made = _made(call, context, clock)
    if type(made) is not Done:
        if isinstance(made, _Short):
            made = _after_shortage(made, call, context, reporter, clock)
        if isinstance(made, Failure):
            reporter.failed(made.problem, turn)
            return made
    reporter.ran(node, turn, made.seconds)
    return made._replace(exact=False) if inexact else made


def _of_call(
    context: Context, node: Planned, turn: tuple[int, ...], reporter: Reporter, inexact: list[str]
) -> Context:
    """The run's context as one call sees it; `inexact` gets what it tells of bits that differ."""

    def notice(message: str, exact: bool) -> None:
        if not exact:
            inexact.append(message)
        reporter.notice(node, turn, message)

    return replace(
        context,
        path=node.path,
        turn=turn,
        on_progress=partial(reporter.progress, node, turn),
        on_artifact=partial(reporter.artifact, node, turn),
        on_notice=notice,
    )


@dataclass(frozen=True, slots=True)
class _Short:
    """A call for which the memory did not last."""

    error: BaseException


def _after_shortage(
    short: _Short, call: Call, context: Context, reporter: Reporter, clock: Callable[[], float]
) -> Answer:
    """Makes a call once more with more memory; what it came to, or that there is too little."""
    made: Answer | _Short = short
    if not call.implementation.declaration.sink:
        reporter.notice(call.node, call.turn, AGAIN)
        context.free()
        made = _made(call, context, clock)
    if not isinstance(made, _Short):
        return made
    free = torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else None
    return Failure(out_of_memory(call.node, made.error, free))


def _made(call: Call, context: Context, clock: Callable[[], float]) -> Answer | _Short:
    node, implementation = call.node, call.implementation
    try:
        versions = _versions(call.inputs)
        start = clock()
        outputs = implementation.call(call.inputs, context)
        seconds = clock() - start
    except RunCancelled:
        raise
    except (Exception, SystemExit) as error:  # no node ends the program
        if is_shortage(error):
            log.debug("out of memory in %s", node.path, exc_info=True)
            forget(error)
            return _Short(error)
        if isinstance(error, NodeError):
            return Failure(error.at(node.path))
        log.debug("%s failed", node.path, exc_info=True)
        text = " ".join(str(error).split())[:500]
        message = f"{node.type} failed: {type(error).__name__}: {text}"
        return Failure(Problem("node_failed", message, node.path))
    if versions and any(tensor._version != version for tensor, version in versions):
        return Failure(_impure(node))
    kinds = implementation.results
    if len(outputs) != len(kinds) or not all(map(isinstance, outputs, kinds)):
        return Failure(_misfit(call, outputs))
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


def _versions(inputs: dict[str, Any]) -> list[tuple[Any, int]]:
    found = []
    for value in inputs.values():
        if type(value) not in EXACTLY_PLAIN:
            for tensor in tensors_of(value):
                found.append((tensor, tensor._version))
    return found


def _impure(node: Planned) -> Problem:
    message = f"{node.type} changed one of its inputs in place; nodes must leave them alone."
    return Problem("impure_node", message, node.path, fix="Work on a clone() in the node.")


def _misfit(call: Call, outputs: tuple[Any, ...]) -> Problem:
    """What is wrong with the number or the types of a call's outputs."""
    node, declaration = call.node, call.implementation.declaration
    ports, kinds = declaration.outputs.values(), call.implementation.results
    if len(outputs) != len(kinds):
        message = f"{node.type} returned {len(outputs)} values for its {len(kinds)} outputs."
        return Problem("node_failed", message, node.path)
    port, made = next(
        (port, made)
        for port, made, kind in zip(ports, outputs, kinds, strict=True)
        if not isinstance(made, kind)
    )
    what = type(made).__name__
    message = f"{node.type} returned a value of type {what} for its output '{port.name}'."
    return Problem("node_failed", message, node.path, fix=f"It is declared as {port.type}.")
