"""Measure how this Resolve behaves where versions differ: Workspace > Scripts in DaVinci Resolve.

Makes a bin and a timeline of its own in the open project, with 24 small pictures, and removes them again. What was
measured is written to toolkit_self_check.json in the user's home; send that file when something lands wrong.

    [-o FOLDER]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Trouble, ask, find_resolve
from toolkit_resolve.probes import SelfCheck
from toolkit_resolve.report import new_report, stopped_by, tell


def main(arguments=None):
    """Measure and return the report, which is also printed and written to toolkit_self_check.json."""
    report, folder = new_report("Toolkit Self Check"), os.path.expanduser("~")
    try:
        given = Arguments(arguments, (), ("-o",))
        folder = os.path.abspath(given.given.get("-o", folder))
        resolve = find_resolve()
        report.update(resolve=ask(resolve, "GetVersionString"), found={})
        left = SelfCheck(resolve, report["found"]).run()
        report["problems"] += ["Resolve keeps %s: remove it by hand" % one for one in left]
        report["done"] = "%d things measured; send %s" % (
            len(report["found"]), os.path.join(folder, "toolkit_self_check.json"))
    except Trouble as trouble:
        report["problems"].append(str(trouble))
    except Exception as error:
        report["problems"].append(stopped_by(error))
    return tell(report, os.path.join(folder, "toolkit_self_check.json"))


if __name__ == "__main__":
    main()
