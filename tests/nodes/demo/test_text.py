"""The vocabulary splits any text and keeps its own words whole; the answers follow the drawing."""

from collections import Counter

from nodes.demo.train.text import HEADS, answers, token_ids
from nodes.demo.train.tokens import LENGTH, SPECIAL, learn_merges, train_tokenizer
from nodes.demo.train.wish import COLOURS, SHAPES, Thing, Wish


def test_merges_join_the_most_frequent_neighbours_first() -> None:
    merges = learn_merges(Counter({"red": 5, "rex": 1}), 10)
    assert merges[0] == ("r", "e")
    assert ("re", "d</w>") in merges


def test_known_words_are_one_token_and_unknown_ones_are_bytes() -> None:
    captions = [f"a {colour} {shape}" for colour in COLOURS for shape in SHAPES]
    tokenizer = train_tokenizer(captions)
    tokens = tokenizer.convert_ids_to_tokens(tokenizer("A purple hexagon").input_ids)
    assert tokens == [SPECIAL[0], "a</w>", "purple</w>", "hexagon</w>", SPECIAL[1]]
    assert tokenizer.decode(tokenizer("zebra \u00e9").input_ids, skip_special_tokens=True)
    ids = token_ids(tokenizer, ["a red star", ""])
    assert ids.shape == (2, LENGTH)
    assert ids.max() == tokenizer.eos_token_id == len(tokenizer) - 1


def test_answers_follow_the_order_of_drawing() -> None:
    red, blue = Thing("star", "red"), Thing("ring", "blue")
    above = dict(zip(HEADS, answers(Wish((red, blue), relation="above")), strict=True))
    below = dict(zip(HEADS, answers(Wish((red, blue), relation="below")), strict=True))
    assert above["1 shape"] == below["2 shape"] == 1 + SHAPES.index("star")
    assert above["2 colour"] == below["1 colour"] == 1 + list(COLOURS).index("blue")
    assert above["place"] == 0
