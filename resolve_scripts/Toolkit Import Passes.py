"""Stack the BODY and FACE layers of a delivery.json above their plates. Menu: Workspace > Scripts.

All frame numbers come from delivery.json. At the end the whole timeline is verified: if anything is wrong, the import
is rolled back and the report says why. Existing timelines are never changed.

    [delivery.json] [--beside] [--comps] [--new-timeline] [--keep-partial]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Cancelled, HostError, find_resolve
from toolkit_resolve.report import describe_error, finish_report, new_report
from toolkit_resolve.stack import IMPORT_FLAGS, import_stack
from toolkit_resolve.window import choose_delivery, choose_options, folder_asker, get_ui, show_outcome

CHOICES = (("--beside", "Keep the older version on disabled tracks"),
           ("--comps", "Add the Fusion comp to each FACE clip"),
           ("--new-timeline", "Use a new timeline, with the plates"))


def main(arguments=None):
    """Import a delivery; print the report, write it beside delivery.json and return it."""
    report, path, resolve, is_menu = new_report("Toolkit Import Passes"), None, None, False
    try:
        given = Arguments(arguments, IMPORT_FLAGS)
        is_menu = given.is_menu()
        resolve = find_resolve()
        delivery = choose_delivery(given.rest)
        path = os.path.join(os.path.dirname(delivery), "resolve_report.json")
        flags = list(given.given)
        pair = get_ui(resolve) if is_menu else None
        if pair:
            flags = choose_options(pair, report["entry"], CHOICES)
        import_stack(resolve, delivery, flags, report,
                     folder_asker(resolve, report["entry"]) if is_menu else None)
    except HostError as error:
        report["problems"].append(str(error))
        is_menu = is_menu and not isinstance(error, Cancelled)
    except Exception as error:
        report["problems"].append(describe_error(error))
    finish_report(report, path)
    show_outcome(resolve, report, is_menu)
    return report


if __name__ == "__main__":
    main()
