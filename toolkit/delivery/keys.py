"""The faces as keyframes, for a null or a tracker in the host."""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.documents import FaceKeys, FacePlan, PassName, PassPlan


def face_keys(plans: Sequence[PassPlan]) -> tuple[FaceKeys, ...]:
    """One ``FaceKeys`` for each face of each FACE pass, with an entry wherever the face is FOUND or HELD."""
    return tuple(keys for plan in plans if plan.pass_name is PassName.FACE for keys in _keys(plan))


def _keys(plan: PassPlan) -> list[FaceKeys]:
    entries: dict[int, list[tuple[int, FacePlan]]] = {}
    for frame in plan.frames:
        for face in frame.faces:
            entries.setdefault(face.face, []).append((frame.shot_frame - plan.frames[0].shot_frame, face))
    return [
        FaceKeys(
            shot=plan.shot,
            face=number,
            frames=tuple(frame for frame, _ in seen),
            states=tuple(face.state for _, face in seen),
            x=tuple(round(face.centre[0], 3) for _, face in seen),
            y=tuple(round(face.centre[1], 3) for _, face in seen),
            scale=tuple(round(100 * face.scale / seen[0][1].scale, 4) for _, face in seen),
            roll=tuple(round(face.roll, 4) for _, face in seen),
            corners=tuple(face.corners for _, face in seen),
            ovals=tuple(tuple((round(x, 1), round(y, 1)) for x, y in face.outline) for _, face in seen),
            feathers=tuple(round(face.feather, 1) for _, face in seen),
        )
        for number, seen in sorted(entries.items())
    ]
