"""Show the next version of the BODY and FACE layers of the open timeline: Workspace > Scripts in DaVinci Resolve.

Versions stand side by side after Toolkit Import Passes with --beside. Only tracks are switched on and off.

    [VERSION]
"""

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Trouble, find_resolve
from toolkit_resolve.report import new_report, stopped_by, tell
from toolkit_resolve.versions import compare_versions


def main(arguments=None):
    """Switch to the next version, or to the one named, and return the report, which is also printed."""
    report = new_report("Toolkit Compare Versions")
    try:
        given = Arguments(arguments)
        numbers = [int(text.lstrip("v")) for text in given.rest if text.lstrip("v").isdigit()]
        compare_versions(find_resolve(), numbers[0] if numbers else None, report)
    except Trouble as trouble:
        report["problems"].append(str(trouble))
    except Exception as error:
        report["problems"].append(stopped_by(error))
    return tell(report)


if __name__ == "__main__":
    main()
