"""From a valid graph to a plan: what the wanted outputs need, in which order, and where it lives.

A node's home is the innermost body whose turn it depends on: what does not turn runs once. Says
nothing about keys, caches or how things are run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from .catalogue import Catalogue
from .graph import Graph, split_wire
from .plan import Origin, Plan, Planned, Read, Ref, Scope, Typed, is_sink
from .ports import Declaration
from .unfold import Unfolding


def plan(graph: Graph, catalogue: Catalogue, want: Iterable[str] | None = None) -> Plan:
    """Plans a graph that `validate` accepted.

    `want` names public outputs, sinks or `node.port`s; None means all outputs and sinks.
    Raises KeyError for a wanted name that the graph lacks.
    """
    unfolding = Unfolding(graph, catalogue)
    outputs, sinks, lost = _roots(unfolding, want)
    order = _order(outputs, sinks)
    _homes(order)
    for node in order:
        if node.declaration is not None:
            node.reads = _reads(node, node.declaration)
    tops = _place_sinks(order, sinks)
    _count_readers(order, outputs.values())
    return Plan(unfolding.top, tuple(order), outputs, tuple(tops), tuple(lost))


def _roots(
    unfolding: Unfolding, want: Iterable[str] | None
) -> tuple[dict[str, Origin], list[Planned], list[str]]:
    """The wanted outputs and sinks, and the names of those that muting took away."""
    root = unfolding.root
    sinks = [made for made in unfolding.all if made.declaration and made.declaration.sink]
    names = dict(root.graph.outputs)
    if want is not None:
        wanted = list(want)
        paths = {made.path for made in sinks}
        names = {name: names.get(name, name) for name in wanted if name not in paths}
        sinks = [made for made in sinks if made.path in wanted]
    outputs: dict[str, Origin] = {}
    lost = [made.path for made in sinks if made.muted]
    for name, wire in names.items():
        if split_wire(wire)[0] not in root.scopes.nodes:
            raise KeyError(name)
        for ref in unfolding.origin(root, wire, ""):
            if isinstance(ref, Typed) or not ref.node.muted:
                outputs[name] = ref
            else:
                lost.append(name)
    return outputs, [made for made in sinks if not made.muted], lost


def _order(outputs: Mapping[str, Origin], sinks: list[Planned]) -> list[Planned]:
    """The needed nodes, each after its sources; a loop after all that its body needs."""
    order: list[Planned] = []
    done: set[Planned] = set()
    for sink in sinks:
        for node, loop in _nesting(sink):
            if node not in loop.sinks:
                loop.sinks = (*loop.sinks, node)
    stack: list[tuple[Planned, Iterator[Planned]]] = []
    ends = [ref.node for ref in outputs.values() if isinstance(ref, Ref)]
    for root in (*ends, *map(_outermost, sinks)):
        if root in done:
            continue
        done.add(root)
        stack.append((root, iter(_needs(root))))
        while stack:
            node, rest = stack[-1]
            for source in rest:
                if source not in done:
                    done.add(source)
                    stack.append((source, iter(_needs(source))))
                    break
            else:
                order.append(node)
                stack.pop()
    return order


def _needs(node: Planned) -> list[Planned]:
    found = []
    for origins in node.origins.values():
        for origin in origins:
            if type(origin) is Ref and not origin.inside:
                found.append(origin.node)
    if node.kind == "call":
        return found
    refs = [*node.next.values(), *node.collect.values(), *([node.show] if node.show else [])]
    found += [ref.node for ref in refs if type(ref) is Ref and not ref.inside]
    return [*found, *node.sinks]


def _nesting(node: Planned) -> Iterator[tuple[Planned, Planned]]:
    """Each loop around a node, with the member of its body that holds the node."""
    while node.scope.loop is not None:
        yield node, node.scope.loop
        node = node.scope.loop


def _outermost(node: Planned) -> Planned:
    for _, loop in _nesting(node):
        node = loop
    return node


def _homes(order: list[Planned]) -> None:
    """Gives every node its home. Sources come first, so one pass is enough.

    A loop lives where the deepest thing lives that it, or anything in its body, reads from
    outside. A body node of an unfinished loop is met before the loop, as `order` has it.
    """
    outside: dict[Planned, list[Scope]] = {}
    for node in order:
        if node.scope.depth == 0:
            node.home = node.scope
            continue
        reads = [_scope_of(origin) for origins in node.origins.values() for origin in origins]
        reads += [_scope_of(r) for r in (*node.next.values(), *node.collect.values())]
        if node.show is not None:
            reads.append(_scope_of(node.show))
        reads += outside.pop(node, [])
        inner = node.scope.depth
        own = [scope for scope in reads if scope is not None and scope.depth <= inner]
        node.home = max(own, key=lambda scope: scope.depth, default=_top(node))
        loop = node.scope.loop
        if loop is not None:
            outside.setdefault(loop, []).extend(s for s in own if s.depth < inner)


def _top(node: Planned) -> Scope:
    scope = node.scope
    while scope.loop is not None:
        scope = scope.loop.scope
    return scope


def _scope_of(origin: Origin) -> Scope | None:
    if isinstance(origin, Typed):
        return None
    if origin.inside:
        return origin.node.body
    return origin.node.home


def _reads(node: Planned, declaration: Declaration) -> tuple[Read, ...]:
    """The wires of a call, in the order in which they are followed."""
    reads = []
    for name, origins in node.origins.items():
        port = declaration.inputs[name]
        for origin in origins:
            near, place = None, 0
            if isinstance(origin, Ref):
                source = origin.node
                if source.declaration is not None and source.home is node.home:
                    near, ports = source, source.declaration.outputs
                    place = list(ports).index(origin.port) if len(ports) > 1 else 0
            reads.append(Read(port, origin, near, place))
    return tuple(reads)


def _place_sinks(order: list[Planned], sinks: list[Planned]) -> list[Planned]:
    """Gives every loop what is run in it for its own sake; returns what is run from the top."""
    for node in order:
        node.sinks = ()
    for sink in sinks:
        for node, loop in _nesting(sink):
            if node.home is loop.body and node not in loop.sinks:
                loop.sinks = (*loop.sinks, node)
            elif node.home is not loop.body and node not in loop.guests:
                loop.guests = (*loop.guests, node)
    return list(dict.fromkeys(map(_outermost, sinks)))


def _count_readers(order: list[Planned], outputs: Iterable[Origin]) -> None:
    """How many wires read each node, and which collected ports are wanted.

    Readers come first, so that what only an unwanted port collects is not wanted either.
    """
    for end in outputs:
        if isinstance(end, Ref):
            _read(end)
            end.node.readers += 1  # a wanted output is held to the end
    for node in reversed(order):
        if not (node.readers or node.sinks or node.guests or is_sink(node)):
            continue
        for origins in node.origins.values():
            for origin in origins:
                if type(origin) is Ref:
                    _read(origin)
        if node.kind == "call":
            continue
        shown = (node.show,) if node.show is not None else ()
        for ref in (*node.next.values(), *(node.collect[name] for name in node.wanted), *shown):
            if type(ref) is Ref:
                _read(ref)


def _read(ref: Ref) -> None:
    node, port, inside = ref
    node.readers += 1
    if port in node.collect and not inside and port not in node.wanted:
        # Sorted, as `next` is: a kept turn holds its values in an order that no wiring changes.
        node.wanted = tuple(sorted((*node.wanted, port)))
