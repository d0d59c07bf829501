"""Draws captioned pictures and trains the embedded text-to-image model on them."""
