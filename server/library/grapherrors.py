"""What may be wrong with a saved graph's name, version or ETag. Each message is a sentence."""

from __future__ import annotations


class GraphError(Exception):
    """Base: something about a saved graph."""

    code = "graph_error"


class BadNameError(GraphError):
    code = "bad_name"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"'{name[:70]}' is no name for a graph: use 1 to 64 small letters, digits, '-' and "
            "'_', beginning with a letter or digit."
        )


class UnknownGraphError(GraphError):
    code = "unknown_graph"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no saved graph '{name[:64]}'.")
        self.name = name


class UnknownVersionError(GraphError):
    code = "unknown_version"

    def __init__(self, name: str, version: int) -> None:
        super().__init__(f"The graph '{name}' has no version {version}, or no longer.")


class TakenNameError(GraphError):
    code = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is a saved graph '{name}' already; choose another name.")


class EtagError(GraphError):
    """`etag` is the present one, None where there is no such graph."""

    code = "etag_mismatch"

    def __init__(self, name: str, etag: str | None) -> None:
        present = "it does not exist" if etag is None else f"its ETag is now {etag}"
        super().__init__(f"The graph '{name}' is not the one you expected: {present}.")
        self.etag = etag
