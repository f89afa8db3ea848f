"""Show the next version of the BODY and FACE layers on the open timeline. Menu: Workspace > Scripts.

Several versions are on a timeline after Toolkit Import Passes with --beside. Only enables and disables tracks.

    [VERSION]
"""

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import HostError, find_resolve
from toolkit_resolve.report import describe_error, finish_report, new_report
from toolkit_resolve.versions import compare_versions


def main(arguments=None):
    """Show the next version, or the given one; print and return the report."""
    report = new_report("Toolkit Compare Versions")
    try:
        given = Arguments(arguments)
        numbers = [int(text.lstrip("v")) for text in given.rest if text.lstrip("v").isdigit()]
        compare_versions(find_resolve(), numbers[0] if numbers else None, report)
    except HostError as error:
        report["problems"].append(str(error))
    except Exception as error:
        report["problems"].append(describe_error(error))
    return finish_report(report)


if __name__ == "__main__":
    main()
