"""A node for the browser tests: it fails where its switch says so."""

from __future__ import annotations

from engine import NodeError, node
from nodes.image import Image


@node("FailWhenTold", category="trial")
def fail_when_told(image: Image, fail: bool = True) -> Image:
    """Pass the picture on, or fail.

    fail: whether to fail.
    """
    if fail:
        raise NodeError("This node was told to fail.", fix="Switch 'fail' off.")
    return image
