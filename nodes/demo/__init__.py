"""The embedded demonstration model: where its parts lie. Knows no torch.

`MODEL_DIR` is a diffusers folder of Stable Diffusion's layout. Beside the parts that every
pipeline loads it holds two add-ons for its UNet: a ControlNet in diffusers' layout (`config.json`
and `diffusion_pytorch_model.safetensors`; it takes white silhouettes or outlines on black, RGB,
96x96) and a LoRA in diffusers' format ("unet."-prefixed names; the prompt needs the word
"blueprint"). `PREVIEW_FILE` is a linear map from its latents to rough pictures.
"""

from pathlib import Path

MODEL_DIR: Path = Path(__file__).parent / "model"
CONTROL_DIR: Path = MODEL_DIR / "controlnet"
LORA_FILE: Path = MODEL_DIR / "lora" / "blueprint.safetensors"
PREVIEW_FILE: Path = Path(__file__).parent / "preview.safetensors"
