"""Rows: paired, lengthened, zeroed, and refused where they do not belong together."""

from __future__ import annotations

import pytest
import torch

from engine import NodeError
from nodes.conditioning import Conditioning, Entry, Row, pair_conditioning, zero_conditioning


def text(
    value: float, chunks: int = 1, width: int = 4, pooled: bool = False, padded: bool = True
) -> Conditioning:
    return Conditioning.single(
        Entry(
            embedding=torch.full((1, 77 * chunks, width), float(value)),
            pooled=torch.full((1, 3), value) if pooled else None,
            padding=torch.full((1, 77, width), -value) if padded else None,
        )
    )


def test_uncond_comes_first_whatever_its_label_was() -> None:
    pair = pair_conditioning(text(1), text(2))
    assert pair.labels == ("uncond", "cond")
    assert [float(row.entries[0].embedding.mean()) for row in pair.rows] == [2.0, 1.0]


@pytest.mark.parametrize("longer", ["cond", "uncond"])
def test_the_shorter_row_gets_its_own_empty_chunks(longer: str) -> None:
    sizes = {"cond": 1, "uncond": 1, longer: 3}
    pair = pair_conditioning(text(1, sizes["cond"]), text(2, sizes["uncond"]))
    rows = {row.label: row.entries[0].embedding for row in pair.rows}
    assert {embedding.shape for embedding in rows.values()} == {(1, 231, 4)}
    short = "cond" if longer == "uncond" else "uncond"
    value = {"cond": 1.0, "uncond": 2.0}[short]
    assert rows[short][0, ::77, 0].tolist() == [value, -value, -value]


def test_a_text_an_image_is_lengthened_for_each() -> None:
    entry = Entry(torch.ones(2, 77, 4), padding=torch.zeros(1, 77, 4))
    assert entry.lengthened(154).embedding.shape == (2, 154, 4)


def test_rows_that_cannot_be_filled_up() -> None:
    with pytest.raises(NodeError, match="77 tokens long and the other 154"):
        pair_conditioning(text(1, padded=False), text(2, chunks=2))


def test_texts_of_two_encoders() -> None:
    with pytest.raises(NodeError, match="4 and 6 wide") as caught:
        pair_conditioning(text(1), text(1, width=6))
    assert caught.value.port == "uncond"
    with pytest.raises(NodeError, match="different text encoders"):
        pair_conditioning(text(1, pooled=True), text(1))


def test_a_pair_is_not_paired_again() -> None:
    pair = pair_conditioning(text(1), text(2))
    with pytest.raises(NodeError, match="rows uncond, cond; one row is wanted") as caught:
        pair_conditioning(text(1), pair)
    assert caught.value.port == "uncond"


def test_zeros_keep_shapes_labels_and_size_ids() -> None:
    entry = Entry(
        torch.ones(1, 77, 4), torch.ones(1, 3), (64, 64, 0, 0, 64, 64), torch.ones(1, 77, 4)
    )
    zeros = zero_conditioning(Conditioning((Row("uncond", (entry,)),)))
    made = zeros.rows[0].entries[0]
    assert zeros.labels == ("uncond",)
    assert made.size == entry.size
    assert made.pooled is not None
    assert made.padding is not None
    for tensor in (made.embedding, made.pooled, made.padding):
        assert not tensor.any()
    assert entry.embedding.all()
