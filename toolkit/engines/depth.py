"""Estimates depth from the plate with a transformers model, for artists without a depth sequence from the 3D package.

Depth ControlNets were trained on the output of such models: inverse depth, near is large. Whether a model returns
inverse depth or distances cannot be seen in its numbers, so only kinds are accepted for which it is known: DPT (MiDaS)
and Depth Anything return inverse depth; ZoeDepth and the metric Depth Anything return distances, which are inverted.
A model is found, checked and loaded by the rules of the ``diffusers`` engine, and runs on its device, in float32.
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
from toolkit.engines.torch_models.devices import choose_device, is_out_of_memory, list_devices
from toolkit.engines.torch_models.files import ModelFiles, ModelKind
from toolkit.engines.torch_models.lookup import find_model, first_line
from toolkit.errors import DepthUnavailable
from toolkit.plates import file_digest
from toolkit.settings import DiffusersSettings

_REVISION = 1
"""Increment when this file would return different depth for the same image and model files."""
_PACKAGES = ("torch", "transformers", "safetensors", "huggingface_hub")
_ESTIMATOR = ModelKind(
    label="estimator",
    configs=("config.json", "preprocessor_config.json"),
    weights=("model",),
    allows_single_file=False,
    make_error=DepthUnavailable,
)
_UNUSED_WEIGHTS = "fusion_stage.layers.0.residual_layer1."
"""Of the lowest level, which has nothing to fuse; some published files leave them out."""
_MIN_DISTANCE_M = 1e-3
"""Metres. Bicubic enlarging can overshoot to zero and below next to near objects."""
_SUPPORTED = "use a DPT (MiDaS), Depth Anything or ZoeDepth model"


class DepthEstimator:
    """One depth model in memory."""

    def __init__(self, model: ModelFiles, device: Any) -> None:
        """Load it onto the torch ``device``. Raises DepthUnavailable for a damaged or unsupported model."""
        self._files = model
        self._device = device
        try:
            self._is_metric = _is_metric(model)
            self._processor, self._model = _load(model)
            self._model.to(device)
        except DepthUnavailable:
            raise
        except Exception as error:  # libraries raise all kinds of errors for invalid files
            problem = f"estimator {model.path} cannot be loaded: {first_line(error)}"
            raise DepthUnavailable(problem, remedy=_SUPPORTED) from error
        self.identity = digest(_REVISION, [(file.name, file_digest(file)) for file in model.files])
        """What determines the depth of an image besides the image; part of a frame's content key."""

    def estimate(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Inverse depth (H, W) of ``image``, (H, W, 3) RGB in display codes: near is large.

        1/metres for models that return distances; otherwise without a unit and with an arbitrary zero point. Raises
        DepthUnavailable when the image does not fit into memory, and when the model returns NaN or Inf.
        """
        try:
            depth = self._predict(image)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                problem = f"{self._files.path} fails: {first_line(error)}"
                raise DepthUnavailable(problem, remedy="use another estimator") from error
            problem = f"{self._files.path} does not fit into the memory of {self._device}"
            raise DepthUnavailable(problem, remedy="free memory, or set diffusers.device=cpu") from error
        if not np.isfinite(depth).all():
            raise DepthUnavailable(f"{self._files.path} returns NaN or Inf", remedy="use another estimator")
        return np.reciprocal(np.maximum(depth, np.float32(_MIN_DISTANCE_M))) if self._is_metric else depth

    def _predict(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The model's output, enlarged to the size of ``image`` as transformers does it."""
        import torch

        height, width = image.shape[:2]
        pad_x, pad_y = self._padding(height, width)
        with torch.inference_mode():
            inputs = self._processor(images=image, input_data_format="channels_last", return_tensors="pt")
            depth = self._model(inputs["pixel_values"].to(self._device)).predicted_depth[:, None]
            size = (height + 2 * pad_y, width + 2 * pad_x)
            padded = torch.nn.functional.interpolate(depth, size=size, mode="bicubic", align_corners=False)
            cropped = padded[0, 0, pad_y : pad_y + height, pad_x : pad_x + width]
        return np.ascontiguousarray(cropped.cpu().numpy(), np.float32)

    def _padding(self, height: int, width: int) -> tuple[int, int]:
        """Pixels that the processor adds at the left and right, and at the top and bottom, each."""
        if self._model.config.model_type != "zoedepth" or not self._processor.do_pad:
            return 0, 0
        return int(sqrt(width / 2) * 3), int(sqrt(height / 2) * 3)


def open_estimators(names: Iterable[str], settings: DiffusersSettings) -> dict[str, DepthEstimator]:
    """Load each of the estimators ``names`` once. Without names nothing is imported or searched for.

    Raises DepthUnavailable for packages that are not installed, and for missing, damaged or unsupported models.
    """
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    missing = [package for package in _PACKAGES if find_spec(package) is None]
    if missing:
        remedy = "pip install 'resolve-ae-toolkit[diffusers]'"
        raise DepthUnavailable(f"{', '.join(missing)} not installed", remedy=remedy)
    first_device = replace(settings, device=list_devices(settings)[0])
    device = choose_device(first_device, DepthUnavailable).torch
    folder = Path(settings.models).expanduser() if settings.models else None
    models = {name: find_model(_ESTIMATOR, name, folder) for name in wanted}
    return {name: DepthEstimator(model, device) for name, model in models.items()}


def _load(model: ModelFiles) -> tuple[Any, Any]:
    """The processor and the network of ``model``, in float32 on the CPU. Raises whatever transformers raises."""
    from transformers import AutoImageProcessor, AutoModelForDepthEstimation
    from transformers.utils import logging

    logging.disable_progress_bar()  # they would be printed across our own progress bars
    logging.set_verbosity_error()
    local = {"local_files_only": True, "trust_remote_code": False}
    weights = {"use_safetensors": True, "ignore_mismatched_sizes": True, **local}
    variant = {"variant": model.variant} if model.variant else {}
    # The Pillow processor, as transformers 4 and 5 name it. The torchvision one, if installed, gives different codes.
    processor = AutoImageProcessor.from_pretrained(model.path, use_fast=False, backend="pil", **local)
    network, report = AutoModelForDepthEstimation.from_pretrained(
        model.path, output_loading_info=True, **weights, **variant
    )
    # transformers fills missing and mismatched weights with random numbers, and only logs it.
    missing = [name for name in report["missing_keys"] if _UNUSED_WEIGHTS not in name]
    missing = sorted([*missing, *(name for name, *_ in report["mismatched_keys"])])
    if missing:
        raise ValueError(f"its weights lack {missing[0]} (and {len(missing) - 1} more) of its config.json")
    return processor, network.float().eval().requires_grad_(requires_grad=False)


def _is_metric(model: ModelFiles) -> bool:
    """Whether ``model`` returns distances. Raises DepthUnavailable when that is not known."""
    config = json.loads((model.path / "config.json").read_text(encoding="utf-8"))
    kind = config.get("model_type")
    if kind == "zoedepth":
        return True
    if kind == "depth_anything":
        return bool(config.get("depth_estimation_type") == "metric")
    # A DPT with a projection before the head is DINOv2's: it returns distances, and its processor adds padding that it
    # does not remove.
    if kind == "dpt" and not config.get("add_projection"):
        return False
    problem = f"estimator {model.path} is of the unsupported kind '{kind}'"
    raise DepthUnavailable(problem, remedy=_SUPPORTED)
