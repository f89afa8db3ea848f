"""``conform``: put the rendered passes back over the cut."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from toolkit.delivery import write_delivery
from toolkit.documents import Cut, Delivery, PassPlan
from toolkit.errors import MissingDocument
from toolkit.output import Output, lock_output, record_last_delivery
from toolkit.passes import count_current, wanted_passes
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
        current = count_current(plan, output.root) if plan else 0
        if plan and current == total:
            plans.append(plan)
        else:
            notes.append(f"{shot.name}: {name} omitted ({current} of {total} frames are up to date)")
    if not plans:
        raise MissingDocument(f"a complete pass in {output.root}", "toolkit render OUT")
    delivery = write_delivery(cut, plans, output.root, settings=settings, notes=notes)
    record_last_delivery(output.delivery)
    return delivery
