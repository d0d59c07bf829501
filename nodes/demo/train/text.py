"""Trains the text encoder to tell, from a caption, everything that the picture must show."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from nodes.demo.train.tokens import LENGTH
from nodes.demo.train.wish import (
    COLOURS,
    EXTRAS,
    PATTERNS,
    PLACES,
    RELATIONS,
    SHAPES,
    SIZES,
    TERRAINS,
    TIMES,
    Thing,
    Wish,
)

WIDTH, LAYERS, BATCH, STEPS, RATE = 128, 2, 128, 600, 2e-3
Log = Callable[[str], None]
THING_HEADS = {"shape": SHAPES, "colour": tuple(COLOURS), "size": SIZES, "pattern": PATTERNS}
SECOND_FIRST = ("below", "right of")  # the thing named second is drawn above or left
HEADS: dict[str, tuple[str, ...]] = {
    **{f"{slot} {name}": options for slot in "12" for name, options in THING_HEADS.items()},
    "count": ("1", "2", "3", "4"),
    "relation": RELATIONS,
    "place": tuple(PLACES),
    "background": tuple(COLOURS),
    "terrain": TERRAINS,
    "time": TIMES,
    "watercolour": ("True",),
    **dict.fromkeys(EXTRAS, ("True",)),
}


def answers(wish: Wish) -> list[int]:
    """One class a head, 0 for what goes unsaid; things in the order in which they are drawn."""
    things = list(wish.things) + [Thing()] * (2 - len(wish.things))
    if wish.relation in SECOND_FIRST:
        things.reverse()
    said: dict[str, str | None] = {
        f"{slot} {name}": getattr(thing, name)
        for slot, thing in zip("12", things, strict=True)
        for name in THING_HEADS
    }
    said |= {name: getattr(wish, name) for name in ("relation", "place", "background")}
    said |= {"terrain": wish.terrain, "time": wish.time, "count": str(wish.count)}
    said |= {"watercolour": str(wish.watercolour)}
    said |= {extra: str(extra in wish.extras) for extra in EXTRAS}
    return [
        1 + options.index(word) if (word := said[name]) in options else 0
        for name, options in HEADS.items()
    ]


def build(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """A fresh encoder: two layers of 128."""
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=4 * WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    encoder = CLIPTextModel(config)
    for table in (m for m in encoder.modules() if isinstance(m, nn.Embedding)):
        nn.init.normal_(table.weight, std=0.3)
    return encoder


def token_ids(tokenizer: CLIPTokenizer, captions: list[str]) -> Tensor:
    """[N, 77] ids, padded as the pipelines pad."""
    batch = tokenizer(
        captions, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt"
    )
    ids: Tensor = batch.input_ids
    return ids


def train(
    tokenizer: CLIPTokenizer, wishes: list[Wish], captions: list[str], log: Log
) -> CLIPTextModel:
    """The encoder alone learns; one linear head an attribute reads its pooled output."""
    encoder = build(tokenizer)
    sizes = [len(options) + 1 for options in HEADS.values()]
    heads = nn.Linear(WIDTH, sum(sizes))
    ids, truth = token_ids(tokenizer, captions), torch.tensor([answers(w) for w in wishes])
    params = [*encoder.parameters(), *heads.parameters()]
    opt = torch.optim.AdamW(params, lr=RATE, weight_decay=0.01, fused=True)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, RATE, STEPS, pct_start=0.1)
    for step in range(STEPS):
        pick = torch.randint(len(ids), (BATCH,))
        length = int((ids[pick] != tokenizer.eos_token_id).sum(1).max()) + 2
        logits = heads(encoder(ids[pick, :length]).pooler_output).split(sizes, 1)
        wrong = [functional.cross_entropy(part, truth[pick, i]) for i, part in enumerate(logits)]
        loss = torch.stack(wrong).sum()
        opt.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(params, 1.0)
        opt.step()
        plan.step()
        if step % 100 == 99:
            right = torch.stack([p.argmax(1) == truth[pick, i] for i, p in enumerate(logits)])
            share = right.all(0).float().mean()
            log(f"text step {step + 1} loss {loss.item():.3f} all right {share:.3f}")
    return encoder.eval().requires_grad_(False)


def embed(encoder: CLIPTextModel, ids: Tensor, rows: int = 512) -> Tensor:
    """[N, 77] ids to [N, 77, 128] half-precision states, the pipelines' conditioning."""
    with torch.inference_mode():
        parts = [encoder(part).last_hidden_state.half() for part in torch.split(ids, rows)]
    return torch.cat(parts)
