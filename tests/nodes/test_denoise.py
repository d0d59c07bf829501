"""The UNet's one call: rows, adapters, extra channels, guidance, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DDIMScheduler, LatentConsistencyModelPipeline

from engine import Context, NodeError
from nodes.clean import estimate_clean
from nodes.conditioning import Conditioning, Entry, Row
from nodes.config import SchedulerConfig
from nodes.denoise import guidance_embedding, unet_denoise
from nodes.latent import Latent
from nodes.models import Model, load_model
from nodes.prediction import Prediction, cfg_combine
from nodes.residuals import NOTHING, AdapterFeatures, Residuals
from nodes.schedule import schedule
from nodes.steps import Step

TinyModel = Callable[[str], Path]
# diffusers' own Euler uses an old numpy protocol.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
GENERATOR = torch.Generator().manual_seed(2)
SHAPES = [(8, 8), (8, 8), (8, 4), (16, 4), (16, 2), (16, 2), (16, 1), (16, 1)]


def rand(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=GENERATOR)


@pytest.fixture
def model(ctx: Context, tiny_model: TinyModel) -> Model:
    tiny_model("sd15")
    return load_model(ctx, "sd15")


@pytest.fixture
def latent(model: Model) -> Latent:
    return Latent(rand(2, 4, 8, 8), model.vae.space, 8)


@pytest.fixture
def step(model: Model) -> Step:
    return schedule(model.schedule, "euler", 4).steps[1]


def rows(*labels: str, batch: int = 1) -> Conditioning:
    made = [Row(label, (Entry(rand(batch, 77, 16)),)) for label in labels]
    return Conditioning(tuple(made))


PAIR = rows("uncond", "cond")


def unet_of(ctx: Context, model: Model) -> Any:
    with ctx.pool.use(model.unet) as unet:
        return unet


def test_one_pass_for_all_rows(ctx: Context, model: Model, latent: Latent, step: Step) -> None:
    unet = unet_of(ctx, model)
    calls = []
    watch = unet.register_forward_hook(lambda *call: calls.append(call))
    prediction = unet_denoise(ctx, model.unet, latent, step, PAIR)
    watch.remove()
    assert len(calls) == 1
    assert prediction.labels == ("uncond", "cond")

    inputs = step.scale_input(torch.cat([latent.samples] * 2))
    texts = torch.cat([row.entries[0].embedding.repeat(2, 1, 1) for row in PAIR.rows])
    expected = unet(inputs, step.timestep, encoder_hidden_states=texts).sample
    assert torch.equal(prediction.samples, expected)


def test_a_text_an_image(ctx: Context, model: Model, latent: Latent, step: Step) -> None:
    texts = rows("cond", batch=2)
    prediction = unet_denoise(ctx, model.unet, latent, step, texts)
    inputs = step.scale_input(latent.samples)
    expected = unet_of(ctx, model)(
        inputs, step.timestep, encoder_hidden_states=texts.rows[0].entries[0].embedding
    ).sample
    assert torch.equal(prediction.samples, expected)
    with pytest.raises(NodeError, match="3 texts for 2 pictures") as caught:
        unet_denoise(ctx, model.unet, latent, step, rows("cond", batch=3))
    assert caught.value.port == "conditioning"


def residuals(*labels: str) -> Residuals:
    down = tuple(rand(2 * len(labels), channels, side, side) for channels, side in SHAPES)
    return Residuals(down, rand(2 * len(labels), 16, 1, 1), labels)


def test_residuals_are_added_in_wire_order(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    one, two = residuals("uncond", "cond"), residuals("uncond", "cond")
    both = unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[one, two])
    texts = torch.cat([row.entries[0].embedding.repeat(2, 1, 1) for row in PAIR.rows])
    expected = unet_of(ctx, model)(
        step.scale_input(torch.cat([latent.samples] * 2)),
        step.timestep,
        encoder_hidden_states=texts,
        down_block_additional_residuals=[a + b for a, b in zip(one.down, two.down, strict=True)],
        mid_block_additional_residual=one.mid + two.mid,
    ).sample
    assert torch.equal(both.samples, expected)


def test_a_missing_row_is_zeros(ctx: Context, model: Model, latent: Latent, step: Step) -> None:
    """A residual of the cond row alone leaves the uncond row as it was."""
    plain = unet_denoise(ctx, model.unet, latent, step, PAIR)
    guided = unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[residuals("cond")])
    assert torch.equal(guided.rows[0], plain.rows[0])
    assert not torch.equal(guided.rows[1], plain.rows[1])


def test_residuals_of_another_model(ctx: Context, model: Model, latent: Latent, step: Step) -> None:
    other = replace(residuals("cond"), down=(rand(2, 9, 8, 8),))
    with pytest.raises(NodeError, match="different models") as caught:
        unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[residuals("cond"), other])
    assert caught.value.port == "residuals"


def test_residuals_and_features_of_another_unet_are_told(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    narrow = Residuals((rand(2, 4, 8, 8),), rand(2, 4, 8, 8), ("cond",))
    with pytest.raises(NodeError, match="4, 4 channels, and this UNet takes 8, 8, 8, 16") as caught:
        unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[narrow])
    assert (caught.value.code, caught.value.port) == ("incompatible_control", "residuals")
    features = AdapterFeatures((rand(1, 4, 8, 8),), (64, 64))
    with pytest.raises(NodeError, match="features have 4 channels") as caught:
        unet_denoise(ctx, model.unet, latent, step, PAIR, features=[features])
    assert (caught.value.code, caught.value.port) == ("incompatible_control", "features")
    small = replace(features, size=(32, 64))
    with pytest.raises(NodeError, match="32x64 pixels, and the latent has 64x64"):
        unet_denoise(ctx, model.unet, latent, step, PAIR, features=[small])


def test_what_is_not_in_force_changes_nothing(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    plain = unet_denoise(ctx, model.unet, latent, step, PAIR)
    ended = AdapterFeatures((rand(1, 4, 8, 8),), (1, 1), end=0.25)
    found = unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[NOTHING], features=[ended])
    assert torch.equal(found.samples, plain.samples)
    one = residuals("uncond", "cond")
    alone = unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[one])
    beside = unet_denoise(ctx, model.unet, latent, step, PAIR, residuals=[NOTHING, one])
    assert torch.equal(alone.samples, beside.samples)


def test_features_are_the_same_at_every_call(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    levels = [(8, 8), (16, 4), (16, 2), (16, 1)]
    features = AdapterFeatures(tuple(rand(2, c, s, s) for c, s in levels))
    plain = unet_denoise(ctx, model.unet, latent, step, PAIR)
    calls = [
        unet_denoise(ctx, model.unet, latent, step, PAIR, features=[features]) for _ in range(2)
    ]
    assert torch.equal(calls[0].samples, calls[1].samples)
    assert not torch.equal(calls[0].samples, plain.samples)
    assert len(features.levels) == 4


def test_concat_channels_follow_unscaled(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    seen = {}

    class Pool:
        """Stands in for the pool, with a UNet of 9 channels that notes what it is given."""

        def use(self, recipe: Any) -> Any:
            from contextlib import nullcontext

            return nullcontext(self)

        device = torch.device("cpu")
        dtype = torch.float32
        none = dict.fromkeys(("time_cond_proj_dim", "addition_embed_type"))
        config = type("Config", (), none | {"block_out_channels": [8]})

        def fits(self, size: int) -> bool:
            return True

        def __call__(self, samples: torch.Tensor, *_: Any, **__: Any) -> Any:
            seen["samples"] = samples
            return (samples[:, :4],)

    mask, masked = Latent(rand(2, 1, 8, 8), "", 8), Latent(rand(2, 4, 8, 8), "", 8)
    nine = replace(model.unet, in_channels=9)
    unet_denoise(replace(ctx, pool=Pool()), nine, latent, step, PAIR, concat=[mask, masked])
    stacked = [torch.cat([each.samples] * 2) for each in (latent, mask, masked)]
    stacked[0] = step.scale_input(stacked[0])
    assert torch.equal(seen["samples"], torch.cat(stacked, dim=1))
    one = [replace(each, samples=each.samples[:1]) for each in (mask, masked)]
    unet_denoise(replace(ctx, pool=Pool()), nine, latent, step, PAIR, concat=one)
    shared = torch.cat([each.samples.repeat(4, 1, 1, 1) for each in one], dim=1)
    assert torch.equal(seen["samples"], torch.cat([stacked[0], shared], dim=1))
    three = [replace(each, samples=each.samples[:1].repeat(3, 1, 1, 1)) for each in (mask, masked)]
    with pytest.raises(NodeError, match="3 of the concat for 2 pictures"):
        unet_denoise(ctx, nine, latent, step, PAIR, concat=three)
    with pytest.raises(NodeError, match=r"takes 4 channels, and it is given 4 \+ 1") as caught:
        unet_denoise(ctx, model.unet, latent, step, PAIR, concat=[mask])
    assert "KeepOutside" in caught.value.fix
    with pytest.raises(NodeError, match="takes 9 channels, and it is given 4") as caught:
        unet_denoise(ctx, nine, latent, step, PAIR)
    assert "InpaintCondition" in caught.value.fix


def test_the_guidance_embedding_is_that_of_diffusers() -> None:
    scale = torch.tensor([7.5, 1.0])
    for width in (32, 33):
        expected = LatentConsistencyModelPipeline.get_guidance_scale_embedding(
            None, scale, embedding_dim=width
        )
        assert torch.equal(guidance_embedding(scale, width, torch.float32), expected)


def test_guidance_where_it_belongs(
    ctx: Context, model: Model, latent: Latent, step: Step, tiny_model: TinyModel
) -> None:
    with pytest.raises(NodeError, match="must stay unset") as caught:
        unet_denoise(ctx, model.unet, latent, step, PAIR, guidance=7.0)
    assert caught.value.port == "guidance"
    tiny_model("sd15-lcm")
    lcm = load_model(ctx, "sd15-lcm")
    own = replace(latent, space=lcm.unet.space)
    with pytest.raises(NodeError, match="none is set"):
        unet_denoise(ctx, lcm.unet, own, step, PAIR)


def test_a_latent_or_a_text_of_another_model(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    with pytest.raises(NodeError, match="this one is of 'sdxl'") as caught:
        unet_denoise(ctx, model.unet, replace(latent, space="sdxl"), step, PAIR)
    assert caught.value.port == "latent"
    wide = Conditioning.single(Entry(rand(1, 77, 32)))
    with pytest.raises(NodeError, match="16 wide, and this conditioning is 32 wide") as caught:
        unet_denoise(ctx, model.unet, latent, step, wide)
    assert caught.value.port == "conditioning"


def test_sdxl_takes_size_ids_and_needs_a_pooled_text(ctx: Context, tiny_model: TinyModel) -> None:
    tiny_model("sdxl")
    model = load_model(ctx, "sdxl")
    step = schedule(model.schedule, "euler", 4).steps[0]
    latent = Latent(rand(1, 4, 8, 8), model.vae.space, 8)

    def predicted(entry: Entry) -> torch.Tensor:
        return unet_denoise(ctx, model.unet, latent, step, Conditioning.single(entry)).samples

    entry = Entry(rand(1, 77, 32), rand(1, 12))
    own = replace(entry, size=(64, 64, 0, 0, 64, 64))
    assert torch.equal(predicted(entry), predicted(own))
    assert not torch.equal(predicted(entry), predicted(replace(own, size=(64, 64, 32, 0, 64, 64))))
    with pytest.raises(NodeError, match="needs a pooled text"):
        predicted(replace(entry, pooled=None))


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction", "sample"])
def test_the_clean_estimate_follows_the_prediction_type(
    model: Model, latent: Latent, kind: str
) -> None:
    raw = {**model.schedule.to_dict(), "prediction_type": kind}
    plan = schedule(SchedulerConfig.from_dict(raw), "ddim", 4)
    prediction = Prediction(rand(2, 4, 8, 8), ("cond",))
    clean = estimate_clean(latent, prediction, plan.steps[1])

    scheduler = DDIMScheduler.from_config({**raw, "clip_sample": False})
    scheduler.set_timesteps(4)
    moved = scheduler.step(prediction.samples, scheduler.timesteps[1], latent.samples)
    assert torch.allclose(clean.samples, moved.pred_original_sample, atol=1e-5)
    assert clean.space == latent.space


def test_the_clean_estimate_of_several_rows(
    ctx: Context, model: Model, latent: Latent, step: Step
) -> None:
    both = unet_denoise(ctx, model.unet, latent, step, PAIR)
    with pytest.raises(NodeError, match="these are uncond, cond"):
        estimate_clean(latent, both, step)
    assert estimate_clean(latent, cfg_combine(both), step).samples.shape == latent.samples.shape
