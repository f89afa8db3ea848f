"""Depth estimators of a few kilobytes, in transformers' own classes and file layout.

Most have random weights: their depth means nothing, but varies over the image. The weights of ``make_bright_is_near``
are set by hand, so that its depth is known.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

INPUT_SIZE = 32
"""Side of the square that every image is resized to, pixels."""
PATCH = 4


def make_depth_anything(folder: Path, *, kind: str = "relative", max_depth: int = 1) -> Path:
    from transformers import DepthAnythingForDepthEstimation

    return _save(_randomise(DepthAnythingForDepthEstimation(_depth_anything_config(kind, max_depth, levels=4))), folder)


def make_dpt(folder: Path) -> Path:
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessorPil

    config = DPTConfig(
        hidden_size=8, num_hidden_layers=4, num_attention_heads=2, intermediate_size=16, image_size=INPUT_SIZE,
        patch_size=PATCH, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[4, 4, 8, 8], fusion_hidden_size=8,
    )  # fmt: skip
    square = DPTImageProcessorPil(size={"height": INPUT_SIZE, "width": INPUT_SIZE})
    return _save(_randomise(DPTForDepthEstimation(config)), folder, square)


def make_zoe(folder: Path) -> Path:
    from transformers import BeitConfig, ZoeDepthConfig, ZoeDepthForDepthEstimation
    from transformers.models.zoedepth.image_processing_pil_zoedepth import ZoeDepthImageProcessorPil

    backbone = BeitConfig(
        image_size=INPUT_SIZE, patch_size=PATCH, hidden_size=8, num_hidden_layers=4, num_attention_heads=2,
        intermediate_size=16, out_features=["stage1", "stage2", "stage3", "stage4"], reshape_hidden_states=False,
        use_relative_position_bias=True,
    )  # fmt: skip
    config = ZoeDepthConfig(
        backbone_config=backbone, neck_hidden_sizes=[4, 4, 8, 8], fusion_hidden_size=8, bottleneck_features=8,
        bin_embedding_dim=8, num_relative_features=4, num_attractors=[4, 2, 1, 1],
        bin_configurations=[{"name": "nyu", "n_bins": 8, "min_depth": 0.001, "max_depth": 10.0}],
    )  # fmt: skip
    processor = ZoeDepthImageProcessorPil(size={"height": INPUT_SIZE, "width": INPUT_SIZE}, ensure_multiple_of=PATCH)
    return _save(_randomise(ZoeDepthForDepthEstimation(config)), folder, processor)


def make_bright_is_near(
    folder: Path, *, gain: float = 1.0, bias: float = 0.0, kind: str = "relative", max_depth: int = 1
) -> Path:
    """A Depth Anything whose last layer outputs ``gain * brightness + bias``, with brightness 0..1.

    Its backbone returns the mean of each patch; its neck and head only enlarge it.
    """
    import torch
    from transformers import DepthAnythingForDepthEstimation, DPTImageProcessorPil

    model = DepthAnythingForDepthEstimation(_depth_anything_config(kind, max_depth, levels=1))
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        patches = model.backbone.embeddings.patch_embeddings.projection
        patches.weight[0] = 1 / patches.weight[0].numel()
        neck, head = model.neck, model.head
        (fusing,) = neck.fusion_stage.layers
        for through in (neck.reassemble_stage.layers[0].projection, fusing.projection):
            through.weight[0, 0, 0, 0] = 1
        for through in (neck.convs[0], head.conv1, head.conv2):
            through.weight[0, 0, 1, 1] = 1
        head.conv3.weight[0, 0, 0, 0], head.conv3.bias[0] = gain, bias
    plain = DPTImageProcessorPil(
        size={"height": INPUT_SIZE, "width": INPUT_SIZE}, image_mean=[0, 0, 0], image_std=[1, 1, 1]
    )
    return _save(model, folder, plain)


def predict(folder: Path, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The output of transformers for ``picture``, with the code in its documentation: (H, W), in the model's unit."""
    import torch
    from PIL import Image
    from transformers import AutoImageProcessor, AutoModelForDepthEstimation

    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    with torch.no_grad():
        model = AutoModelForDepthEstimation.from_pretrained(folder).eval()
        outputs = model(**processor(images=Image.fromarray(picture), return_tensors="pt"))
    (made,) = processor.post_process_depth_estimation(outputs, [picture.shape[:2]])
    depth = np.asarray(made["predicted_depth"].numpy(), np.float32)
    assert np.ptp(depth) > 0.05 * np.abs(depth).max(), "the depth is not flat"
    return depth


def _depth_anything_config(kind: str, max_depth: int, *, levels: int) -> Any:
    from transformers import DepthAnythingConfig, Dinov2Config

    backbone = Dinov2Config(
        image_size=INPUT_SIZE, patch_size=PATCH, hidden_size=8, num_hidden_layers=levels, num_attention_heads=2,
        mlp_ratio=2, out_indices=list(range(1, levels + 1)), reshape_hidden_states=False, apply_layernorm=levels > 1,
    )  # fmt: skip
    return DepthAnythingConfig(
        backbone_config=backbone, patch_size=PATCH, reassemble_hidden_size=8, fusion_hidden_size=8,
        reassemble_factors=[4, 2, 1, 0.5] if levels > 1 else [1],
        neck_hidden_sizes=[4, 4, 8, 8] if levels > 1 else [8],
        head_hidden_size=4, depth_estimation_type=kind, max_depth=max_depth,
    )  # fmt: skip


def _randomise(model: Any) -> Any:
    """Random weights; the initial ones are so small that all images would give the same."""
    import torch

    torch.set_num_threads(1)  # for networks this small, threads cost more than they save
    torch.manual_seed(3)
    for weight in model.parameters():
        if weight.ndim > 1:
            torch.nn.init.normal_(weight, std=0.3)
    return model


def _save(model: Any, folder: Path, processor: Any = None) -> Path:
    from transformers import DPTImageProcessorPil

    shutil.rmtree(folder, ignore_errors=True)
    model.save_pretrained(folder)
    kept = DPTImageProcessorPil(
        size={"height": INPUT_SIZE, "width": INPUT_SIZE}, keep_aspect_ratio=True, ensure_multiple_of=PATCH
    )
    (processor or kept).save_pretrained(folder)
    return folder
