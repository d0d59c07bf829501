"""Lines of a picture or a mask, white on black, for ControlNets and T2I adapters. By OpenCV."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from engine import Field, NodeError, node

from .image import Image, Mask
from .preprocess import Bytes, Sigma, each_picture

RATIO = 1.6
"""Of the two Gaussians: the one that comes nearest to a Laplacian (Marr & Hildreth 1980)."""
FAINT = 2.0
"""Of 255: a picture whose strongest edge is weaker than this has none."""
Level = Annotated[float, Field(ge=0, le=1)]
Width = Annotated[int, Field(ge=1, le=64)]
Floats = NDArray[np.float32]
LINES = (
    [[0, 0, 0], [1, 1, 1], [0, 0, 0]],
    [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0, 0, 1], [0, 1, 0], [1, 0, 0]],
)


@node("Canny", category="control", aliases=("CannyEdgePreprocessor", "Edges", "Preprocessor"))
def canny(
    image: Image,
    low: Annotated[float, Field(ge=0, le=2000)] = 100,
    high: Annotated[float, Field(ge=0, le=2000)] = 200,
    aperture: Literal["3", "5", "7"] = "3",
    precise: bool = False,
) -> Image:
    """Sharp edges of pictures [B,H,W,3], one pixel thick, white on black.

    low, high: of the gradient in 8 bits; edges begin above `high` and go on above `low`.
    aperture: of the Sobel operator; with 5 and 7 gradients, and so both thresholds, are larger.
    precise: the gradient's length instead of the sum of its parts. Colours count: of the three
    gradients the longest. Source: Canny (1986), `cv2.Canny`, as the published ControlNets do.
    Errors: `low` above `high`.
    """
    import cv2

    if low > high:
        raise NodeError(
            f"Edges begin above `high` ({high:g}) and go on above `low`, which is {low:g}.",
            code="out_of_range",
            port="low",
            fix="Take a `low` of a third to a half of `high`.",
        )
    options: Any = {"apertureSize": int(aperture), "L2gradient": precise}
    return each_picture(image, lambda picture: cv2.Canny(picture, low, high, **options))


@node(
    "SoftEdge",
    category="control",
    aliases=("HEDPreprocessor", "HED", "SoftEdgePreprocessor", "Preprocessor"),
)
def soft_edge(
    image: Image, sigma: Sigma = 1.0, gamma: Annotated[float, Field(ge=0.1, le=5)] = 1.0
) -> Image:
    """Soft edges of pictures [B,H,W,3], grey on black, for soft-edge (HED) ControlNets.

    Without a network: the difference of two Gaussians, of `sigma` and 1.6 times that in pixels,
    its greatest size over the colours, stretched so that the strongest edge is white. So every
    change of brightness counts, where the HED network would leave out textures. gamma: below 1
    brings faint edges out, above 1 hides them. A picture without any edge is black.
    Source: Marr & Hildreth (1980), with `cv2.GaussianBlur`.
    """
    return each_picture(image, lambda picture: np.rint(255 * _soft(picture, sigma) ** gamma))


@node(
    "Scribble",
    category="control",
    aliases=("ScribblePreprocessor", "FakeScribble", "Preprocessor"),
)
def scribble(image: Image, sigma: Sigma = 2.0, threshold: Level = 0.2, width: Width = 3) -> Image:
    """Lines of pictures [B,H,W,3] as if drawn with a pen, white on black.

    The ridges of the soft edges (see `SoftEdge`): pixels that are the greatest along one of four
    directions, where they are above `threshold`, drawn `width` pixels thick by a round pen. A
    larger sigma leaves detail out. No network is used.
    """
    import cv2

    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))

    def drawn(picture: Bytes) -> Any:
        soft = _soft(picture, sigma)
        ridges = np.zeros(soft.shape, np.bool_)
        for line in LINES:
            ridges |= cv2.dilate(soft, np.array(line, np.uint8)) == soft
        lines = (ridges & (soft > threshold)).astype(np.uint8) * 255
        return cv2.dilate(lines, pen)

    return each_picture(image, drawn)


@node("MaskOutline", category="control", aliases=("Outline", "Mask edge", "Preprocessor"))
def mask_outline(
    mask: Mask, width: Width = 3, place: Literal["middle", "inside", "outside"] = "middle"
) -> Image:
    """The outline of masks [B,H,W], white on black, as pictures [B,H,W,3].

    A pixel is inside from 0.5 on. width: of the line in pixels. place: on which side of the edge
    it lies; in the middle an odd pixel lies inside. The edge of the picture is no outline.
    Source: `cv2.dilate` less `cv2.erode`, with a disc.
    """
    rows = [_outline(row >= 0.5, width, place) for row in mask.values.float().cpu().numpy()]
    lines = torch.from_numpy(np.stack(rows).astype(np.float32))
    pixels = lines[..., None].expand(-1, -1, -1, 3).contiguous()
    return Image(pixels.to(mask.values.device))


def _outline(inside: NDArray[np.bool_], width: int, place: str) -> NDArray[np.bool_]:
    outer = {"middle": width // 2, "inside": 0, "outside": width}[place]
    grown = _moved(inside, outer)
    shrunk = ~_moved(~inside, width - outer)
    found: NDArray[np.bool_] = grown & ~shrunk
    return found


def _moved(bits: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """The edge moved outwards; what lies outside the picture has no say."""
    import cv2

    size = 2 * pixels + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    moved: NDArray[np.bool_] = cv2.dilate(bits.astype(np.uint8), disc).astype(np.bool_)
    return moved


def _soft(picture: Bytes, sigma: float) -> Floats:
    """[H,W], the strongest edge 1."""
    import cv2

    exact = picture.astype(np.float32)
    fine, coarse = (cv2.GaussianBlur(exact, (0, 0), size) for size in (sigma, RATIO * sigma))
    edges: Floats = np.abs(fine - coarse).max(axis=2)
    most = float(edges.max())
    return edges / most if most >= FAINT else np.zeros_like(edges)
