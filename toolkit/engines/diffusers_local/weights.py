"""Models in memory: each file is loaded once, whatever number of looks names it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.documents import LookPlan, LoraPlan
from toolkit.engines.diffusers_local.prompts import Prompts
from toolkit.engines.torch_models.devices import NAME, Device
from toolkit.engines.torch_models.files import CHECKPOINT, CONFIGURATION, CONTROL, LORA, VAE, Found, digest_of
from toolkit.engines.torch_models.finding import find, first_line
from toolkit.errors import EngineUnavailable
from toolkit.settings import DiffusersSettings

if TYPE_CHECKING:
    import torch

_REPOSITORY = "stable-diffusion-v1-5/stable-diffusion-v1-5"
"""Whose configuration and tokenizer a checkpoint in one file is read with: it has neither, and all of its family have
the same."""
_LATENTS = 4
"""Channels of what Stable Diffusion denoises; an inpainting checkpoint has 9."""


@dataclass(slots=True, kw_only=True)
class Checkpoint:
    """A UNet with the text encoder and the VAE it came with."""

    pipeline: Any
    """diffusers' StableDiffusionPipeline: holds the parts, and puts LoRAs into them."""
    unet: Callable[..., Any]
    """The UNet, compiled when that is asked for."""
    prompts: Prompts
    scheduler: dict[str, Any]
    """Configuration of the scheduler it was published with: its betas count."""
    loras: dict[Path, str] = field(default_factory=dict)
    """Names that its LoRAs have in it, by their files."""
    active: tuple[tuple[str, float], ...] = ()
    """Which of them are on, and how much."""

    def use(self, loras: tuple[tuple[str, float], ...]) -> None:
        """Turn on ``loras`` (names of ``self.loras`` with their weights) and all others off."""
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
    """A ControlNet in two: what looks at the guide is asked once for a painting, not in each of its steps."""

    embed: Callable[[torch.Tensor], torch.Tensor]
    """Guides (B, 3, H, W), 0..1, as the network adds them to its sample: (B, width, H / 8, W / 8)."""
    network: Callable[..., Any]
    """The rest, compiled when that is asked for; its ``controlnet_cond`` is what ``embed`` returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """All that one look is painted with."""

    checkpoint: Checkpoint
    vae: Any
    """An AutoencoderKL or, for previews, an AutoencoderTiny (TAESD); in float32."""
    controls: tuple[Control, ...]
    """One per control of the look, in their order."""
    loras: tuple[tuple[str, float], ...]
    identity: str
    """Digest of all files that they came from."""


class Library:
    """The models of one engine."""

    def __init__(self, settings: DiffusersSettings, device: Device) -> None:
        self._settings = settings
        self._device = device
        self._models = Path(settings.models).expanduser() if settings.models else None
        self._checkpoints: dict[Path, Checkpoint] = {}
        self._vaes: dict[Path, Any] = {}
        self._controls: dict[tuple[Path, Path], Control] = {}
        self._digests: dict[tuple[Path, ...], str] = {}

    def parts(self, look: LookPlan) -> Parts:
        """What ``look`` names, loaded. Raises EngineUnavailable, before anything is loaded, for what is not there."""
        if not look.model:
            remedy = "set body.model and face.model to a folder, a .safetensors file, or owner/name on the hub"
            raise EngineUnavailable(NAME, "no checkpoint is named, and this engine has none of its own", remedy=remedy)
        found = find(CHECKPOINT, look.model, self._models)
        configs = find(CONFIGURATION, _REPOSITORY, self._models) if found.single else found
        vae = find(VAE, look.vae, self._models) if look.vae else None
        controls = [find(CONTROL, control.model, self._models) for control in look.controls]
        loras = [find(LORA, lora.model, self._models) for lora in look.loras]
        files = [one.files for one in (found, configs, *([vae] if vae else []), *controls, *loras)]
        checkpoint = self._checkpoint(found, configs)
        return Parts(
            checkpoint=checkpoint,
            vae=self._vae(vae, checkpoint) if vae else checkpoint.pipeline.vae,
            controls=tuple(self._control(control, checkpoint, found.path) for control in controls),
            loras=tuple(self._lora(*pair, checkpoint) for pair in zip(look.loras, loras, strict=True)),
            identity=" ".join(self._digest(names) for names in files),
        )

    def _digest(self, files: tuple[Path, ...]) -> str:
        if files not in self._digests:
            self._digests[files] = digest_of(files)
        return self._digests[files]

    # --- one kind after the other --------------------------------------------------------------------------------

    def _checkpoint(self, found: Found, configs: Found) -> Checkpoint:
        if found.path not in self._checkpoints:
            self._checkpoints[found.path] = _loading("checkpoint", found, lambda: self._open_checkpoint(found, configs))
        return self._checkpoints[found.path]

    def _open_checkpoint(self, found: Found, configs: Found) -> Checkpoint:
        from diffusers import StableDiffusionPipeline

        nothing = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
        if found.single:
            pipeline = StableDiffusionPipeline.from_single_file(
                str(found.path), config=str(configs.path), local_files_only=True, **nothing
            )
        else:
            pipeline = StableDiffusionPipeline(**_components(found), **nothing)
        scheduler = json.loads((configs.path / "scheduler/scheduler_config.json").read_text(encoding="utf-8"))
        _hold_to_family(pipeline, scheduler)
        for part in (pipeline.unet, pipeline.text_encoder):
            part.to(self._device.torch, self._device.dtype)
        self._ready_vae(pipeline.vae)
        unet = self._ready(pipeline.unet)
        prompts = Prompts(tokenizer=pipeline.tokenizer, encoder=pipeline.text_encoder.eval())
        return Checkpoint(pipeline=pipeline, unet=unet, prompts=prompts, scheduler=scheduler)

    def _vae(self, found: Found, checkpoint: Checkpoint) -> Any:
        from diffusers import AutoencoderKL, AutoencoderTiny

        def load() -> Any:
            tiny = not found.single and _class_of(found) == AutoencoderTiny.__name__
            return self._ready_vae(_model(AutoencoderTiny if tiny else AutoencoderKL, found, checkpoint.pipeline.vae))

        if found.path not in self._vaes:
            self._vaes[found.path] = _loading("VAE", found, load)
        return self._vaes[found.path]

    def _control(self, found: Found, checkpoint: Checkpoint, beside: Path) -> Control:
        from diffusers import ControlNetModel

        def load() -> Control:
            unet = checkpoint.pipeline.unet
            loaded = _model(ControlNetModel, found, unet, like=ControlNetModel.from_unet)
            if loaded.config.cross_attention_dim != unet.config.cross_attention_dim:
                raise ValueError(f"it is made for another family of models than {beside}")
            return self._divided(loaded.to(self._device.torch, self._device.dtype))

        # Keyed with its checkpoint, too: whether the two fit is asked for each pair, and pairs are few.
        if (found.path, beside) not in self._controls:
            self._controls[found.path, beside] = _loading("ControlNet", found, load)
        return self._controls[found.path, beside]

    def _lora(self, plan: LoraPlan, found: Found, checkpoint: Checkpoint) -> tuple[str, float]:
        from safetensors.torch import load_file

        def load() -> str:
            name = f"lora{len(checkpoint.loras)}"
            checkpoint.pipeline.load_lora_weights(load_file(found.path), adapter_name=name)
            checkpoint.pipeline.disable_lora()
            checkpoint.active = ()
            return name

        if found.path not in checkpoint.loras:
            checkpoint.loras[found.path] = _loading("LoRA", found, load)
        return checkpoint.loras[found.path], plan.weight

    def _divided(self, network: Any) -> Control:
        """``network`` without the layers that look at the guide, and those layers."""
        import torch

        layers = network.controlnet_cond_embedding
        network.controlnet_cond_embedding = torch.nn.Identity()
        backwards = network.config.controlnet_conditioning_channel_order == "bgr"
        network.register_to_config(controlnet_conditioning_channel_order="rgb")

        def embed(guides: torch.Tensor) -> torch.Tensor:
            seen: torch.Tensor = layers(guides.flip(1) if backwards else guides)
            return seen

        return Control(embed=embed, network=self._ready(network))

    def _ready(self, network: Any) -> Callable[..., Any]:
        """``network`` as it is called from now on."""
        import torch

        network.eval().requires_grad_(requires_grad=False)
        if self._device.torch.type == "cuda":
            network.to(memory_format=torch.channels_last)
        ready: Callable[..., Any] = torch.compile(network, dynamic=False) if self._settings.compile else network
        return ready

    def _ready_vae(self, vae: Any) -> Any:
        """``vae`` itself, its two halves as they are called from now on.

        It stays in float32: in float16 some VAEs overflow to black, and bfloat16 has steps wider than those of a 10-bit
        plate. On Nvidia's GPUs its convolutions multiply in TensorFloat-32, by torch's default: with float16's steps.
        """
        vae.to(self._device.torch)
        vae.encoder, vae.decoder = self._ready(vae.encoder), self._ready(vae.decoder)
        return vae.eval()


def _components(found: Found) -> dict[str, Any]:
    """The parts of a checkpoint's folder, in float32 on the CPU."""
    from diffusers import AutoencoderKL, PNDMScheduler, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

    halved = {"variant": found.variant} if found.variant else {}
    local = {"use_safetensors": True, "local_files_only": True, **halved}
    return {
        "tokenizer": CLIPTokenizer.from_pretrained(found.path / "tokenizer", local_files_only=True),
        "text_encoder": CLIPTextModel.from_pretrained(found.path / "text_encoder", **local),
        "unet": UNet2DConditionModel.from_pretrained(found.path / "unet", **local),
        "vae": AutoencoderKL.from_pretrained(found.path / "vae", **local),
        "scheduler": PNDMScheduler(steps_offset=1),  # never asked: a pipeline is not made without one
    }


def _model(kind: Any, found: Found, model: Any, like: Callable[[Any], Any] = lambda model: model) -> Any:
    """A ``kind`` of diffusers from a folder or from one file, which is shaped as what ``like`` makes of ``model``."""
    if not found.single:
        halved = {"variant": found.variant} if found.variant else {}
        return kind.from_pretrained(found.path, use_safetensors=True, local_files_only=True, **halved)
    with tempfile.TemporaryDirectory() as folder:
        like(model).save_config(folder)
        return kind.from_single_file(str(found.path), config=folder, local_files_only=True)


def _class_of(found: Found) -> str:
    """Which of diffusers' classes a folder says it is."""
    return str(json.loads((found.path / "config.json").read_text(encoding="utf-8")).get("_class_name"))


def _hold_to_family(pipeline: Any, scheduler: dict[str, Any]) -> None:
    """Raises ValueError when the parts are not those of Stable Diffusion 1."""
    unet = pipeline.unet.config
    if unet.in_channels != _LATENTS:
        raise ValueError(f"its UNet takes {unet.in_channels} channels, not {_LATENTS}: is it an inpainting checkpoint?")
    if unet.cross_attention_dim != pipeline.text_encoder.config.hidden_size or unet.addition_embed_type:
        raise ValueError("it is not of the family of Stable Diffusion 1.5")
    if scheduler.get("prediction_type", "epsilon") != "epsilon":
        raise ValueError(
            f"it predicts {scheduler['prediction_type']}; only checkpoints that predict noise are painted with"
        )


def _loading(what: str, found: Found, load: Callable[[], Any]) -> Any:
    """What ``load`` returns; whatever a library raises over a file becomes EngineUnavailable with its name."""
    from safetensors import SafetensorError

    try:
        return load()
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        problem = f"{what} {found.path} cannot be loaded: {first_line(error)}"
        remedy = "name one that is whole and of the family of Stable Diffusion 1.5"
        raise EngineUnavailable(NAME, problem, remedy=remedy) from error
