"""The mattes that lie beside the FACE layers, listed for whoever uses them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from toolkit.delivery.plate_stacks import LayerClip
from toolkit.documents import DeliveryMatte, PassName, PassPlan
from toolkit.passes import find_written_mattes


def build_mattes(layers: Iterable[LayerClip], root: Path) -> tuple[DeliveryMatte, ...]:
    """One entry for each face of each FACE under ``root`` whose sequence is there in full; shots may share a FACE."""
    plans = {layer.plan.shot: layer.plan for layer in layers if layer.plan.pass_name is PassName.FACE}
    return tuple(matte for plan in plans.values() for matte in _list_mattes(plan, root))


def _list_mattes(plan: PassPlan, root: Path) -> list[DeliveryMatte]:
    first, last = plan.frames[0].source_frame, plan.frames[-1].source_frame
    return [
        DeliveryMatte(
            shot=plan.shot,
            face=face,
            version=plan.version,
            path=files.path(first).relative_to(root).as_posix(),
            pattern=Path(files.printf).name,
            start_index=first,
            end_index=last,
        )
        for face, files in find_written_mattes(plan, root).items()
    ]
