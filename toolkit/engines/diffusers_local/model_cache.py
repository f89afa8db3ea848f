"""Loads the models that looks name, each file only once."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.documents import LookPlan, LoraPlan
from toolkit.engines.diffusers_local.prompts import PromptEncoder
from toolkit.engines.torch_models.devices import NAME, Device
from toolkit.engines.torch_models.files import CHECKPOINT, CONFIGURATION, CONTROL, LORA, VAE, ModelFiles, digest_files
from toolkit.engines.torch_models.lookup import find_model, first_line
from toolkit.errors import EngineUnavailable, at
from toolkit.settings import DiffusersSettings

if TYPE_CHECKING:
    import torch

_CONFIG_REPOSITORY = "stable-diffusion-v1-5/stable-diffusion-v1-5"
"""Where the configuration and the tokenizer of a single-file checkpoint come from. The file contains neither, and they
are the same for all models of this family."""
_LATENT_CHANNELS = 4
"""Input channels of Stable Diffusion's UNet; an inpainting checkpoint has 9."""


@dataclass(slots=True, kw_only=True)
class Checkpoint:
    """A UNet with its text encoder and VAE."""

    pipeline: Any
    """diffusers' StableDiffusionPipeline: holds the parts and loads LoRAs into them."""
    unet: Callable[..., Any]
    """The UNet, compiled if the settings say so."""
    prompts: PromptEncoder
    scheduler: dict[str, Any]
    """Its scheduler configuration, which holds the betas."""
    loras: dict[Path, str] = field(default_factory=dict)
    """The adapter names of the LoRAs loaded into it, by file."""
    active: tuple[tuple[str, float], ...] = ()
    """Adapter names and weights of the active LoRAs."""

    def activate_loras(self, loras: tuple[tuple[str, float], ...]) -> None:
        """Activate ``loras`` (adapter names and weights) and deactivate all others."""
        if loras == self.active:
            return
        if loras:
            self.pipeline.enable_lora()
            self.pipeline.set_adapters([name for name, _ in loras], [weight for _, weight in loras])
        else:
            self.pipeline.disable_lora()
        self.active = loras


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A ControlNet in two parts, so that its guide is embedded once per image and not in every step."""

    embed: Callable[[torch.Tensor], torch.Tensor]
    """From guides (B, 3, H, W), 0..1, to what the network adds to its sample: (B, width, H / 8, W / 8)."""
    network: Callable[..., Any]
    """The rest, compiled if the settings say so; its ``controlnet_cond`` is the result of ``embed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookModels:
    """All models of one look."""

    checkpoint: Checkpoint
    vae: Any
    """An AutoencoderKL or, for previews, an AutoencoderTiny (TAESD); in float32."""
    controls: tuple[Control, ...]
    """One per control of the look, in order."""
    loras: tuple[tuple[str, float], ...]
    """Adapter names and weights."""
    identity: str
    """Digest of all their files."""


class ModelCache:
    """The models of one engine."""

    def __init__(self, settings: DiffusersSettings, device: Device) -> None:
        self._settings = settings
        self._device = device
        self._folder = Path(settings.models).expanduser() if settings.models else None
        self._checkpoints: dict[Path, Checkpoint] = {}
        self._vaes: dict[Path, Any] = {}
        self._controls: dict[tuple[Path, Path], Control] = {}
        self._digests: dict[tuple[Path, ...], str] = {}

    def load(self, look: LookPlan, section: str) -> LookModels:
        """Load the models of ``look``. Raises EngineUnavailable for missing ones before anything is loaded.

        ``section`` of the settings is where the look comes from, for messages; empty: it is not known.
        """
        if not look.model:
            named = f"{section}.model" if section else "body.model and face.model"
            remedy = f"set {named} to a folder, a .safetensors file, or owner/name on the hub"
            raise EngineUnavailable(NAME, "no checkpoint is set, and this engine has no default", remedy=remedy)
        with _in_setting(section, "model"):
            base = find_model(CHECKPOINT, look.model, self._folder)
        configs = find_model(CONFIGURATION, _CONFIG_REPOSITORY, self._folder) if base.is_single_file else base
        with _in_setting(section, "vae"):
            vae = find_model(VAE, look.vae, self._folder) if look.vae else None
        with _in_setting(section, "controls"):
            controls = [find_model(CONTROL, control.model, self._folder) for control in look.controls]
        with _in_setting(section, "loras"):
            loras = [find_model(LORA, lora.model, self._folder) for lora in look.loras]
        files = [one.files for one in (base, configs, *([vae] if vae else []), *controls, *loras)]
        checkpoint = self._checkpoint(base, configs)
        return LookModels(
            checkpoint=checkpoint,
            vae=self._vae(vae, checkpoint) if vae else checkpoint.pipeline.vae,
            controls=tuple(self._control(control, checkpoint, base.path) for control in controls),
            loras=tuple(self._lora(*pair, checkpoint) for pair in zip(look.loras, loras, strict=True)),
            identity=" ".join(self._digest(paths) for paths in files),
        )

    def _digest(self, files: tuple[Path, ...]) -> str:
        if files not in self._digests:
            self._digests[files] = digest_files(files)
        return self._digests[files]

    # --- one kind of model after the other -----------------------------------------------------------------------

    def _checkpoint(self, model: ModelFiles, configs: ModelFiles) -> Checkpoint:
        if model.path not in self._checkpoints:
            self._checkpoints[model.path] = _try_load(
                "checkpoint", model, lambda: self._load_checkpoint(model, configs)
            )
        return self._checkpoints[model.path]

    def _load_checkpoint(self, model: ModelFiles, configs: ModelFiles) -> Checkpoint:
        from diffusers import StableDiffusionPipeline

        unused = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        if model.is_single_file:
            pipeline = StableDiffusionPipeline.from_single_file(
                str(model.path), config=str(configs.path), local_files_only=True, **unused
            )
        else:
            pipeline = StableDiffusionPipeline(**_load_components(model), **unused)
        scheduler = json.loads((configs.path / "scheduler/scheduler_config.json").read_text(encoding="utf-8"))
        _check_family(pipeline, scheduler)
        for part in (pipeline.unet, pipeline.text_encoder):
            part.to(self._device.torch, self._device.dtype)
        self._prepare_vae(pipeline.vae)
        unet = self._prepare_network(pipeline.unet)
        prompts = PromptEncoder(tokenizer=pipeline.tokenizer, encoder=pipeline.text_encoder.eval())
        return Checkpoint(pipeline=pipeline, unet=unet, prompts=prompts, scheduler=scheduler)

    def _vae(self, model: ModelFiles, checkpoint: Checkpoint) -> Any:
        from diffusers import AutoencoderKL, AutoencoderTiny

        def load() -> Any:
            is_tiny = not model.is_single_file and _class_name(model) == AutoencoderTiny.__name__
            vae_class = AutoencoderTiny if is_tiny else AutoencoderKL
            return self._prepare_vae(_load_model(vae_class, model, checkpoint.pipeline.vae))

        if model.path not in self._vaes:
            self._vaes[model.path] = _try_load("VAE", model, load)
        return self._vaes[model.path]

    def _control(self, model: ModelFiles, checkpoint: Checkpoint, checkpoint_path: Path) -> Control:
        from diffusers import ControlNetModel

        def load() -> Control:
            unet = checkpoint.pipeline.unet
            network = _load_model(ControlNetModel, model, unet, make_template=ControlNetModel.from_unet)
            if network.config.cross_attention_dim != unet.config.cross_attention_dim:
                raise ValueError(f"it was made for a different model family than {checkpoint_path}")
            return self._split_control(network.to(self._device.torch, self._device.dtype))

        # Keyed with the checkpoint, too: the family is checked for each pair, and pairs are few.
        if (model.path, checkpoint_path) not in self._controls:
            self._controls[model.path, checkpoint_path] = _try_load("ControlNet", model, load)
        return self._controls[model.path, checkpoint_path]

    def _lora(self, plan: LoraPlan, model: ModelFiles, checkpoint: Checkpoint) -> tuple[str, float]:
        from safetensors.torch import load_file

        def load() -> str:
            name = f"lora{len(checkpoint.loras)}"
            checkpoint.pipeline.load_lora_weights(load_file(model.path), adapter_name=name)
            checkpoint.pipeline.disable_lora()
            checkpoint.active = ()
            return name

        if model.path not in checkpoint.loras:
            checkpoint.loras[model.path] = _try_load("LoRA", model, load)
        return checkpoint.loras[model.path], plan.weight

    def _split_control(self, network: Any) -> Control:
        """Separate the layers that embed the guide from the rest of ``network``."""
        import torch

        layers = network.controlnet_cond_embedding
        network.controlnet_cond_embedding = torch.nn.Identity()
        is_bgr = network.config.controlnet_conditioning_channel_order == "bgr"
        network.register_to_config(controlnet_conditioning_channel_order="rgb")

        def embed(guides: torch.Tensor) -> torch.Tensor:
            embedded: torch.Tensor = layers(guides.flip(1) if is_bgr else guides)
            return embedded

        return Control(embed=embed, network=self._prepare_network(network))

    def _prepare_network(self, network: Any) -> Callable[..., Any]:
        """``network`` for inference, compiled if the settings say so."""
        import torch

        network.eval().requires_grad_(requires_grad=False)
        if self._device.torch.type == "cuda":
            network.to(memory_format=torch.channels_last)
        prepared: Callable[..., Any] = torch.compile(network, dynamic=False) if self._settings.compile else network
        return prepared

    def _prepare_vae(self, vae: Any) -> Any:
        """``vae`` itself, with its encoder and decoder prepared for inference.

        It stays in float32: some VAEs overflow to black in float16, and the steps of bfloat16 are wider than those of a
        10-bit plate. On Nvidia GPUs its convolutions use TensorFloat-32, torch's default, which has float16's mantissa.
        """
        vae.to(self._device.torch)
        vae.encoder, vae.decoder = self._prepare_network(vae.encoder), self._prepare_network(vae.decoder)
        return vae.eval()


def _load_components(model: ModelFiles) -> dict[str, Any]:
    """The parts of a checkpoint's folder, in float32 on the CPU."""
    from diffusers import AutoencoderKL, PNDMScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

    variant = {"variant": model.variant} if model.variant else {}
    options = {"use_safetensors": True, "local_files_only": True, **variant}
    return {
        "tokenizer": CLIPTokenizer.from_pretrained(model.path / "tokenizer", local_files_only=True),
        "text_encoder": CLIPTextModel.from_pretrained(model.path / "text_encoder", **options),
        "unet": UNet2DConditionModel.from_pretrained(model.path / "unet", **options),
        "vae": AutoencoderKL.from_pretrained(model.path / "vae", **options),
        "scheduler": PNDMScheduler(steps_offset=1),  # required by the pipeline, never used
    }


def _load_model(
    model_class: Any, model: ModelFiles, base: Any, make_template: Callable[[Any], Any] = lambda base: base
) -> Any:
    """A model of diffusers from a folder or a single file. A single file gets the configuration of a template.

    ``make_template`` makes it from ``base``, a part of the checkpoint.
    """
    if not model.is_single_file:
        variant = {"variant": model.variant} if model.variant else {}
        return model_class.from_pretrained(model.path, use_safetensors=True, local_files_only=True, **variant)
    with tempfile.TemporaryDirectory() as folder:
        make_template(base).save_config(folder)
        return model_class.from_single_file(str(model.path), config=folder, local_files_only=True)


def _class_name(model: ModelFiles) -> str:
    """The class of diffusers that the model's configuration names."""
    return str(json.loads((model.path / "config.json").read_text(encoding="utf-8")).get("_class_name"))


def _check_family(pipeline: Any, scheduler: dict[str, Any]) -> None:
    """Raises ValueError unless the parts belong to a Stable Diffusion 1 model that predicts noise."""
    unet = pipeline.unet.config
    if unet.in_channels != _LATENT_CHANNELS:
        channels = f"{unet.in_channels} input channels, not {_LATENT_CHANNELS}"
        raise ValueError(f"its UNet has {channels}; inpainting checkpoints are not supported")
    if unet.cross_attention_dim != pipeline.text_encoder.config.hidden_size or unet.addition_embed_type:
        raise ValueError("it does not belong to the Stable Diffusion 1.5 family")
    if scheduler.get("prediction_type", "epsilon") != "epsilon":
        raise ValueError(f"it predicts {scheduler['prediction_type']}; only noise prediction (epsilon) is supported")


def _in_setting(section: str, key: str) -> AbstractContextManager[None]:
    """Attach the setting that names a model to an error about it."""
    return at(setting=f"{section}.{key}") if section else nullcontext()


def _try_load(label: str, model: ModelFiles, load: Callable[[], Any]) -> Any:
    """The result of ``load``. Raises EngineUnavailable, with the path, for any error of the libraries."""
    from safetensors import SafetensorError

    try:
        return load()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        problem = f"{label} {model.path} cannot be loaded: {first_line(error)}"
        remedy = "use an undamaged model of the Stable Diffusion 1.5 family"
        raise EngineUnavailable(NAME, problem, remedy=remedy) from error
