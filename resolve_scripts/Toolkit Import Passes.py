"""Stack the BODY and FACE layers of a delivery.json above their plates. Menu: Workspace > Scripts.

All frame numbers come from delivery.json. At the end the whole timeline is verified: if anything is wrong, the import
is rolled back and the report says why. Existing timelines are never changed.

    [delivery.json] [--beside] [--comps] [--new-timeline] [--keep-partial]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import HostError, find_resolve
from toolkit_resolve.report import describe_error, finish_report, new_report
from toolkit_resolve.stack import IMPORT_FLAGS, import_stack
from toolkit_resolve.window import choose_delivery, choose_options, get_ui

CHOICES = (("--beside", "Keep the older version on disabled tracks"),
           ("--comps", "Add the Fusion comp to each FACE clip"),
           ("--new-timeline", "Use a new timeline, with the plates"))


def main(arguments=None):
    """Import a delivery; print the report, write it beside delivery.json and return it."""
    report, path = new_report("Toolkit Import Passes"), None
    try:
        given = Arguments(arguments, IMPORT_FLAGS)
        resolve = find_resolve()
        delivery = choose_delivery(given.rest)
        path = os.path.join(os.path.dirname(delivery), "resolve_report.json")
        flags = list(given.given)
        pair = get_ui(resolve) if not given.rest and not flags else None
        if pair:
            flags = choose_options(pair, report["entry"], CHOICES)
        import_stack(resolve, delivery, flags, report)
    except HostError as error:
        report["problems"].append(str(error))
    except Exception as error:
        report["problems"].append(describe_error(error))
    return finish_report(report, path)


if __name__ == "__main__":
    main()
