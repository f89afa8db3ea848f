"""``conform``: put the rendered passes back over the cut."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from toolkit.delivery import write_delivery
from toolkit.documents import Cut, Delivery, PassPlan
from toolkit.errors import MissingDocument
from toolkit.output import Output, lock_output, record_last_delivery
from toolkit.passes import wanted_passes
from toolkit.settings import Settings


def conform(out: Path | str, settings: Settings | None = None) -> Delivery:
    """Put every complete pass in ``out`` over its cut: ``return.otio``, ``delivery.json`` and the files beside them.

    Passes that are not complete are left out, and the delivery's notes say so. Raises MissingDocument when nothing is
    complete, InputError when the cut's file has gone or changed, MediaError for plates and layers that cannot be
    opened, OutputBusy and OutputNotWritable.
    """
    with lock_output(Path(out), made_by=Cut.made_by) as output:
        return conform_output(Cut.read(output.shots), settings or Settings(), output)


def conform_output(cut: Cut, settings: Settings, output: Output) -> Delivery:
    """The same for an ``output`` that this process has locked already."""
    plans: list[PassPlan] = []
    notes: list[str] = []
    for shot, name in product(cut.shots, wanted_passes(settings)):
        path = output.plan_of(shot.name, name, settings.output.version)
        plan = PassPlan.read(path) if path.exists() else None
        total = len(plan.frames) if plan else len(shot.source_work_range)
        missing = _missing_frames(plan, output) if plan else total
        if plan and not missing:
            plans.append(plan)
        else:
            notes.append(f"{shot.name}: {name} omitted ({total - missing} of {total} frames rendered)")
    if not plans:
        raise MissingDocument(f"a complete pass in {output.root}", "toolkit render OUT")
    delivery = write_delivery(cut, plans, output.root, settings=settings, notes=notes)
    record_last_delivery(output.delivery)
    return delivery


def _missing_frames(plan: PassPlan, output: Output) -> int:
    on_disk = set(plan.files(output.root).frames_on_disk())
    return sum(frame.shot_frame not in on_disk for frame in plan.frames)
