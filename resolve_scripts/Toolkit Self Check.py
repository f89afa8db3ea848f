"""Measure how this Resolve behaves where versions differ. Menu: Workspace > Scripts.

Creates a temporary bin and timeline with 24 small images in the open project and deletes them afterwards. The results
are written to toolkit_self_check.json in the user's home; send that file if clips are misplaced.

    [-o FOLDER]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import HostError, call, find_resolve
from toolkit_resolve.report import describe_error, finish_report, new_report
from toolkit_resolve.self_check import SelfCheck


def main(arguments=None):
    """Measure; print the report, write it to toolkit_self_check.json and return it."""
    report, folder = new_report("Toolkit Self Check"), os.path.expanduser("~")
    try:
        given = Arguments(arguments, (), ("-o",))
        folder = os.path.abspath(given.given.get("-o", folder))
        resolve = find_resolve()
        report.update(resolve=call(resolve, "GetVersionString"), found={})
        left = SelfCheck(resolve, report["found"]).run()
        report["problems"] += ["Resolve did not delete %s: delete it by hand" % one for one in left]
        report["done"] = "%d probes run; send us %s" % (
            len(report["found"]), os.path.join(folder, "toolkit_self_check.json"))
    except HostError as error:
        report["problems"].append(str(error))
    except Exception as error:
        report["problems"].append(describe_error(error))
    return finish_report(report, os.path.join(folder, "toolkit_self_check.json"))


if __name__ == "__main__":
    main()
