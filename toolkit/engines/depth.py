"""Depth estimated from a picture by a model of transformers, for artists who have no sequence from the 3D package.

Depth ControlNets were trained on what such models give: inverse depth, near is large. Which of two things a model gives
is not in its numbers, so only kinds are taken of which it is known: DPT (MiDaS) and Depth Anything give inverse depth;
ZoeDepth and the metric Depth Anything give distances, which are turned over. A model is found, checked and loaded by
the rules of the ``diffusers`` engine, and runs on its device, in float32.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import digest
from toolkit.engines.torch_models.devices import choose_device, devices_of, is_out_of_memory
from toolkit.engines.torch_models.files import Found, Kind
from toolkit.engines.torch_models.finding import find, first_line
from toolkit.errors import DepthUnavailable
from toolkit.plates import file_digest
from toolkit.settings import DiffusersSettings

_REVISION = 1
"""Raise it when this file would give other depth from the same picture and files."""
_PACKAGES = ("torch", "transformers", "safetensors", "huggingface_hub")
_ESTIMATOR = Kind(
    what="estimator",
    configs=("config.json", "preprocessor_config.json"),
    weights=("model",),
    alone=False,
    unavailable=DepthUnavailable,
)
_NEVER_USED = "fusion_stage.layers.0.residual_layer1."
"""Of the lowest level, which has nothing to be fused with: some published files leave it out."""
_LEAST = 1e-3
"""Metres: enlarging distances overshoots around what is near."""
_KNOWN = "name a DPT (MiDaS), Depth Anything or ZoeDepth model"


class DepthEstimator:
    """One model in memory."""

    def __init__(self, found: Found, device: Any) -> None:
        """Load it onto ``device``, torch's. Raises DepthUnavailable for one that is damaged or not understood."""
        self._found = found
        self._device = device
        try:
            self._distances = _gives_distances(found)
            self._processor, self._model = _loaded(found)
            self._model.to(device)
        except DepthUnavailable:
            raise
        except Exception as error:  # there is no end to what a library raises over a file that does not hold
            problem = f"estimator {found.path} cannot be loaded: {first_line(error)}"
            raise DepthUnavailable(problem, remedy=_KNOWN) from error
        self.identity = digest(_REVISION, [(file.name, file_digest(file)) for file in found.files])
        """What determines the depth of a picture beside the picture: part of a frame's content key."""

    def estimate(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Inverse depth (H, W) of ``picture``, (H, W, 3) RGB in display codes: near is large.

        Of models that give distances it is 1/metres; else it has no unit, and nothing is said of its zero. Raises
        DepthUnavailable when the picture does not fit into memory, and when numbers come back that are none.
        """
        try:
            depth = self._predicted(picture)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                problem = f"{self._found.path} fails: {first_line(error)}"
                raise DepthUnavailable(problem, remedy="name another estimator") from error
            problem = f"{self._found.path} does not fit into the memory of {self._device}"
            raise DepthUnavailable(problem, remedy="free memory, or set diffusers.device=cpu") from error
        if not np.isfinite(depth).all():
            raise DepthUnavailable(f"{self._found.path} gives numbers that are none", remedy="name another estimator")
        return np.reciprocal(np.maximum(depth, np.float32(_LEAST))) if self._distances else depth

    def _predicted(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the model says, enlarged to the size of ``picture`` as transformers does it."""
        import torch

        height, width = picture.shape[:2]
        across, down = self._padding(height, width)
        with torch.inference_mode():
            seen = self._processor(images=picture, input_data_format="channels_last", return_tensors="pt")
            made = self._model(seen["pixel_values"].to(self._device)).predicted_depth[:, None]
            size = (height + 2 * down, width + 2 * across)
            large = torch.nn.functional.interpolate(made, size=size, mode="bicubic", align_corners=False)
            cut = large[0, 0, down : down + height, across : across + width]
        return np.ascontiguousarray(cut.cpu().numpy(), np.float32)

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        """Pixels of a picture of this size that its processor puts on at each side, and at top and bottom each."""
        if self._model.config.model_type != "zoedepth" or not self._processor.do_pad:
            return 0, 0
        return int(sqrt(width / 2) * 3), int(sqrt(height / 2) * 3)


def open_estimators(names: Iterable[str], settings: DiffusersSettings) -> dict[str, DepthEstimator]:
    """The estimators called ``names``, each once, loaded; nothing is looked for without a name.

    Raises DepthUnavailable: what is not installed, not there, damaged or not understood, and what to do.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        remedy = "pip install 'resolve-ae-toolkit[diffusers]'"
        raise DepthUnavailable(f"{', '.join(missing)} not installed", remedy=remedy)
    first = replace(settings, device=devices_of(settings)[0])
    device = choose_device(first, DepthUnavailable).torch
    models = Path(settings.models).expanduser() if settings.models else None
    found = {name: find(_ESTIMATOR, name, models) for name in wanted}
    return {name: DepthEstimator(one, device) for name, one in found.items()}


def _loaded(found: Found) -> tuple[Any, Any]:
    """The processor and the model in ``found``, in float32 on the CPU. Raises whatever transformers does."""
    from transformers import AutoImageProcessor, AutoModelForDepthEstimation
    from transformers.utils import logging

    logging.disable_progress_bar()  # it would be written across ours, as would advice
    logging.set_verbosity_error()
    local = {"local_files_only": True, "trust_remote_code": False}
    weights = {"use_safetensors": True, "ignore_mismatched_sizes": True, **local}
    halved = {"variant": found.variant} if found.variant else {}
    # Pillow's, under its names of version 4 and of 5: torchvision's, where that is installed, differ in the codes.
    processor = AutoImageProcessor.from_pretrained(found.path, use_fast=False, backend="pil", **local)
    model, facts = AutoModelForDepthEstimation.from_pretrained(
        found.path, output_loading_info=True, **weights, **halved
    )
    # What is missing or of another shape would be filled with random numbers, and that only logged.
    unlike = [name for name in facts["missing_keys"] if _NEVER_USED not in name]
    unlike = sorted([*unlike, *(name for name, *_ in facts["mismatched_keys"])])
    if unlike:
        raise ValueError(f"its weights do not have {unlike[0]} (and {len(unlike) - 1} more) as its config.json says")
    return processor, model.float().eval().requires_grad_(requires_grad=False)


def _gives_distances(found: Found) -> bool:
    """Whether the model in ``found`` gives distances. Raises DepthUnavailable where that is not known."""
    config = json.loads((found.path / "config.json").read_text(encoding="utf-8"))
    kind = config.get("model_type")
    if kind == "zoedepth":
        return True
    if kind == "depth_anything":
        return bool(config.get("depth_estimation_type") == "metric")
    # A projection before the head is DINOv2's, fitted to distances, and its processor pads without taking that off.
    if kind == "dpt" and not config.get("add_projection"):
        return False
    problem = f"estimator {found.path} is of the kind {kind}, and what its numbers mean is not known here"
    raise DepthUnavailable(problem, remedy=_KNOWN)
