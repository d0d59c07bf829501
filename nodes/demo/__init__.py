"""The embedded demonstration model: where its diffusers folder lies. Knows no torch."""

from pathlib import Path

MODEL_DIR: Path = Path(__file__).parent / "model"
