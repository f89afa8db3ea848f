"""Stack the BODY and FACE layers of a delivery.json over their plates: Workspace > Scripts in DaVinci Resolve.

No frame is decided here, delivery.json decided them all, and everything is read back from the timeline in the end: the
new timeline is right, or it is gone again and the report says why. No timeline that was there before is changed.

    [delivery.json] [--beside] [--comps] [--new-timeline] [--keep-partial]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Trouble, find_resolve
from toolkit_resolve.report import new_report, stopped_by, tell
from toolkit_resolve.stack import STACK_FLAGS, import_stack
from toolkit_resolve.window import ask_choices, find_delivery, open_ui

CHOICES = (("--beside", "Keep the older version's tracks, switched off"),
           ("--comps", "A Fusion comp on each FACE clip"),
           ("--new-timeline", "On a timeline of its own, with the plates"))


def main(arguments=None):
    """Import a delivery and return the report, which is also printed and written beside delivery.json."""
    report, path = new_report("Toolkit Import Passes"), None
    try:
        given = Arguments(arguments, STACK_FLAGS)
        resolve = find_resolve()
        delivery = find_delivery(given.rest)
        path = os.path.join(os.path.dirname(delivery), "resolve_report.json")
        flags = list(given.given)
        pair = open_ui(resolve) if not given.rest and not flags else None
        if pair:
            flags = ask_choices(pair, report["entry"], CHOICES)
        import_stack(resolve, delivery, flags, report)
    except Trouble as trouble:
        report["problems"].append(str(trouble))
    except Exception as error:
        report["problems"].append(stopped_by(error))
    return tell(report, path)


if __name__ == "__main__":
    main()
