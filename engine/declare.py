"""`@node`: an annotated function becomes a node type. The signature is the declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

from .annotations import DeclarationError, as_json, build, element_of, plain_of, strip, without_none
from .context import Context
from .document import RESERVED
from .plain import Json
from .ports import Choices, Declaration, Input, Output, Product, Widget
from .values import Value

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Implementation:
    """A declaration with the code behind it."""

    declaration: Declaration
    function: Callable[..., Any]
    module: str
    effective: Callable[..., Json] | None = None
    fingerprint: Callable[..., str] | None = None
    keeps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    traits: Callable[..., Mapping[str, Any]] | None = None
    checks: tuple[Callable[..., None], ...] = ()
    context: str = ""
    records: Mapping[str, Any] | None = None
    value_classes: tuple[type[Value], ...] = ()
    results: tuple[type | tuple[type, ...], ...] = ()
    """For each output what its value is an instance of."""
    digests: tuple[tuple[int, str], ...] = ()
    """Place and port of each output whose digest is remembered with what is kept."""

    @property
    def named_by_wires(self) -> bool:
        """Whether the key follows from those of the wires, with nothing to be asked."""
        return self.effective is None and self.fingerprint is None and not self.checks

    def call(self, inputs: Mapping[str, Any], context: Context) -> tuple[Any, ...]:
        """Runs the function; returns its outputs in the order of the declared ports."""
        arguments = self.built(inputs) if self.records else inputs
        if self.context:
            arguments = {**arguments, self.context: context}
        result = self.function(**arguments)
        named = isinstance(result, tuple) and _is_named_tuple(type(result))
        if len(self.declaration.outputs) == 1 and not named:
            return (result,)
        return () if self.declaration.sink else tuple(result)

    def built(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs with JSON made into the tuples and records that the function declared."""
        arguments = dict(inputs)
        for name, annotation in (self.records or {}).items():
            if name in arguments:
                arguments[name] = build(annotation, arguments[name])
        return arguments


def names_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The inputs that `effective`, `fingerprint`, `traits` or one of `checks` asks for."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]


DECLARED: list[Implementation] = []
PLAIN_CLASSES: Mapping[str, type | tuple[type, ...]] = {
    "int": int,
    "float": (int, float),
    "str": str,
    "bool": bool,
    "list": (tuple, list),
}


def node(
    type_name: str,
    *,
    category: str,
    version: int = 1,
    static: bool = False,
    aliases: Sequence[str] = (),
    effective: Callable[..., Json] | None = None,
    fingerprint: Callable[..., str] | None = None,
    keeps: Mapping[str, str | tuple[str, ...]] | None = None,
    traits: Callable[..., Mapping[str, Any]] | None = None,
    checks: Sequence[Callable[..., None]] = (),
    renamed: Mapping[str, str] | None = None,
    upgrade: Mapping[int, Mapping[str, Json]] | None = None,
    products: Sequence[Product] = (),
) -> Callable[[F], F]:
    """Declares a function as the node type `type_name`.

    static: cheap and pure, from plain or static values only; may run while keys are made.
    effective: a pure function of some inputs (by name) whose result stands in the key for them.
    fingerprint: a function of some inputs (by name, and `files`) that names what is read outside.
    keeps: for an output the input whose traits it has (or inputs, one of them). traits: a function
    of some inputs (by name) that tells those of outputs, by port, before they are made.
    checks: functions of some inputs (by name), given what is typed or static as a value and else
    as traits; one raises NodeError where the node is sure to refuse them, and is asked before
    anything long has run (see `foresight`).
    version: goes up when the mathematics changes. renamed: old input names to new ones.
    products: limits on products of plain inputs (width * height * batch).
    upgrade: for a version, the params that a file older than it gets where it names none.
    Raises DeclarationError where the signature is not one of a node.
    """

    def declare(function: F) -> F:
        hints = get_type_hints(function, include_extras=True)
        inputs, context, records, classes = _inputs(function, hints)
        outputs = _outputs(hints.get("return", type(None)))
        doc = inspect.getdoc(function) or ""
        head, _, rest = doc.partition("\n")
        declaration = Declaration(
            type=type_name,
            category=category,
            inputs=inputs,
            outputs={output.name: output for output, _ in outputs},
            summary=head.strip(),
            doc=rest.strip(),
            version=version,
            static=static,
            aliases=tuple(aliases),
            effective=_names(effective, inputs, type_name, "effective"),
            renamed=dict(renamed or {}),
            upgrade={number: dict(params) for number, params in (upgrade or {}).items()},
            products=tuple(products),
        )
        _renames(renamed or {}, inputs, type_name)
        _names(fingerprint, inputs, type_name, "fingerprint", extra=frozenset({"files"}))
        for asked in (traits, *checks):
            _names(asked, inputs, type_name, "traits= or checks")
        if checks and declaration.sink:
            raise DeclarationError(
                f"{type_name}: a node without outputs has no name, so no checks="
            )
        implementation = Implementation(
            declaration,
            function,
            function.__module__,
            effective,
            fingerprint,
            _keeps(keeps or {}, declaration),
            traits,
            tuple(checks),
            context,
            records,
            tuple(classes | {kind for _, kind in outputs if kind is not None}),
            tuple(_class_of(output, kind) for output, kind in outputs),
            () if static else tuple((n, o.name) for n, (o, _) in enumerate(outputs) if o.content),
        )
        _register(implementation)
        function.node = implementation  # type: ignore[attr-defined]
        return function

    return declare


def _register(implementation: Implementation) -> None:
    root = implementation.module.partition(".")[0]
    for other in DECLARED:
        same_pack = other.module.partition(".")[0] == root and root != "tests"
        if same_pack and other.declaration.type == implementation.declaration.type:
            where = f"{other.module}.{other.function.__name__}"
            raise DeclarationError(f"'{implementation.declaration.type}' is taken by {where}")
    DECLARED.append(implementation)


def _renames(renamed: Mapping[str, str], inputs: Mapping[str, Input], type_name: str) -> None:
    for old, new in renamed.items():
        if old in inputs or new not in inputs:
            raise DeclarationError(f"{type_name}: renamed= maps an old name to one of today")


def _keeps(
    keeps: Mapping[str, str | tuple[str, ...]], declaration: Declaration
) -> dict[str, tuple[str, ...]]:
    known = {name: (of,) if isinstance(of, str) else of for name, of in keeps.items()}
    for output, sources in known.items():
        if output not in declaration.outputs or not declaration.inputs.keys() >= set(sources):
            raise DeclarationError(f"{declaration.type}: keeps= maps outputs to inputs")
    return known


def _names(
    function: Callable[..., Any] | None,
    inputs: Mapping[str, Input],
    type_name: str,
    what: str,
    extra: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    if function is None:
        return ()
    names = tuple(inspect.signature(function).parameters)
    for name in names:
        if name not in inputs and name not in extra:
            raise DeclarationError(f"{type_name}: {what}= asks for '{name}', which is no input")
    return tuple(name for name in names if name not in extra)


def _inputs(
    function: Callable[..., Any], hints: Mapping[str, Any]
) -> tuple[dict[str, Input], str, dict[str, Any], set[type[Value]]]:
    inputs: dict[str, Input] = {}
    context = ""
    records: dict[str, Any] = {}
    classes: set[type[Value]] = set()
    for parameter in inspect.signature(function).parameters.values():
        annotation = hints.get(parameter.name)
        if annotation is Context:
            context = parameter.name
            continue
        where = f"{function.__name__}({parameter.name})"
        if annotation is None or parameter.kind in {
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        }:
            raise DeclarationError(f"{where}: every parameter of a node is named and annotated")
        # `index` is an output of structural nodes only, so a node may take one (`From`).
        if parameter.name in RESERVED - {"index"}:
            raise DeclarationError(f"{where}: the name is reserved for structural nodes")
        port, kind = _input(parameter, annotation, where)
        inputs[port.name] = port
        if kind is not None:
            classes.add(kind)
        elif port.plain is not None and port.plain.kind in {"list", "record"}:
            records[port.name] = annotation
    return inputs, context, records, classes


def _input(
    parameter: inspect.Parameter, annotation: Any, where: str
) -> tuple[Input, type[Value] | None]:
    required = parameter.default is parameter.empty
    default = None if required else as_json(parameter.default)
    core, metadata = strip(annotation)
    plain = plain_of(annotation)
    if plain is not None:
        choices = next((item for item in metadata if isinstance(item, Choices)), None)
        widget = next((item for item in metadata if isinstance(item, Widget)), None)
        port = Input(
            parameter.name, plain.type_name, plain, False, required, default, choices, widget
        )
        if not required:
            plain.check(default)
        return port, None
    core = without_none(core)[0]
    element = element_of(core)
    kind = element if element is not None else core
    if not (isinstance(kind, type) and issubclass(kind, Value)):
        raise DeclarationError(f"{where}: {annotation!r} is neither a plain type nor a Value")
    port = Input(
        parameter.name, _port_type(kind), None, element is not None, required, None, None, None
    )
    return port, kind


def _outputs(annotation: Any) -> list[tuple[Output, type[Value] | None]]:
    if annotation is type(None):
        return []
    if _is_named_tuple(annotation):
        hints = get_type_hints(annotation, include_extras=True)
        return [_output(name, hints[name]) for name in annotation._fields]
    return [_output("", annotation)]


def _output(name: str, annotation: Any) -> tuple[Output, type[Value] | None]:
    plain = plain_of(annotation)
    if plain is not None:
        return Output(name or "value", plain.type_name, True, plain), None
    core, _ = strip(annotation)
    element = element_of(core)
    kind = element if element is not None else core
    if not (isinstance(kind, type) and issubclass(kind, Value)):
        raise DeclarationError(f"output {name or annotation!r} is neither a plain type nor a Value")
    content = kind.digest is not Value.digest
    own = _port_type(kind)
    port = name or kind.port or snake_case(kind.__name__)
    return Output(port, f"list[{own}]" if element is not None else own, content), kind


def _class_of(output: Output, kind: type[Value] | None) -> type | tuple[type, ...]:
    plain = output.plain
    if plain is not None:
        return object if plain.nullable else PLAIN_CLASSES.get(plain.kind, object)
    assert kind is not None
    return (tuple, list) if output.type.startswith("list[") else kind


def _port_type(kind: type[Value]) -> str:
    """The bare class name; the loader of packs qualifies names of other packs."""
    return kind.__name__


def _is_named_tuple(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")


def snake_case(name: str) -> str:
    if name.isupper() or name in {"UNet", "VAE"}:
        return name.lower()
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))
