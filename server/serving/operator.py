"""What the operator may set: by flag, by environment (LATENTGRAPH_...), by file, in this order."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from engine.memory import bytes_of
from server.exits import FILES, Stop, reason
from server.runs.policy import Policy

FILE = "latentgraph.toml"
MIN_TOKEN = 8
Names = Annotated[tuple[str, ...], NoDecode]


class Operator(BaseSettings):
    """The settings of `latentgraph serve`, all with defaults that are safe on one's own machine."""

    model_config = SettingsConfigDict(
        env_prefix="LATENTGRAPH_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(8188, ge=0, le=65535)
    token: SecretStr = SecretStr("")
    device: Names = ()
    dtype: str | None = None
    gpu_memory: int | None = None
    ram: int | None = None
    allow_host: Names = ()
    allow_origin: Names = ()
    allow_webhook: Names = ()
    web: Path | None = None
    max_queue: int = Field(1000, ge=1, le=100_000)
    keep_days: float = Field(30, ge=0)
    keep_gigabytes: float = Field(20, ge=0)
    keep_upload_days: float = Field(30, ge=0)
    grace: float = Field(8, ge=0, le=600)
    warm: bool = True

    @field_validator("device", "allow_host", "allow_origin", "allow_webhook", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """A text with commas as well as a list."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(value) if isinstance(value, list) else value

    @field_validator("gpu_memory", "ram", mode="before")
    @classmethod
    def _sized(cls, value: Any) -> Any:
        """`6GB` as well as bytes."""
        return bytes_of(str(value)) if isinstance(value, str | int) else value

    @field_validator("token")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text and (len(text) < MIN_TOKEN or not text.isprintable() or not text.isascii()):
            raise ValueError(f"must have at least {MIN_TOKEN} printable ASCII characters")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls, settings_cls.model_config.get("toml_file"))
        return (init_settings, env_settings, file)

    def policy(self) -> Policy:
        return Policy(
            max_queue=self.max_queue,
            run_days=self.keep_days,
            keep_bytes=int(self.keep_gigabytes * (1 << 30)),
            upload_days=self.keep_upload_days,
        )


def operator_of(data: Path, flags: dict[str, Any]) -> Operator:
    """The settings that hold. Raises Stop naming the setting and where it is wrong."""
    file = data / FILE

    class WithFile(Operator):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return WithFile(**flags)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise Stop(_sentence(name, first["type"], first["msg"])) from None
    except tomllib.TOMLDecodeError as error:
        raise Stop(f"The settings in '{file}' are no TOML: {error}.", FILES) from None
    except OSError as error:
        raise Stop(f"The settings in '{file}' cannot be read: {reason(error)}.", FILES) from None


def _sentence(name: str, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        known = ", ".join(Operator.model_fields)
        return f"There is no setting '{name}' in {FILE}; there is {known}."
    said = message.removeprefix("Value error, ")
    flag, variable = name.replace("_", "-"), name.upper()
    where = f"--{flag}, LATENTGRAPH_{variable} or {name} in {FILE}"
    return f"The setting '{name}' ({where}) is wrong: {said[:1].lower()}{said[1:]}."
