"""Send the open timeline, or part of it, to the toolkit as turnover.json. Menu: Workspace > Scripts.

Sends the clips selected on the timeline (readable since 21.0.4), else the in/out range (since 19.1), else the whole
timeline; if no timeline is open, the media pool selection. Nothing in the project is changed.

    [-o FOLDER] [--whole] [--media-pool]
"""

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Cancelled, HostError, find_resolve
from toolkit_resolve.report import describe_error, finish_report, new_report
from toolkit_resolve.send import SEND_FLAGS, choose_turnover_folder, send_turnover
from toolkit_resolve.window import show_outcome


def main(arguments=None):
    """Send a turnover; print and return the report."""
    report, resolve, is_menu = new_report("Toolkit Send Turnover"), None, False
    try:
        given = Arguments(arguments, SEND_FLAGS, ("-o",))
        is_menu = given.is_menu()
        resolve = find_resolve()
        send_turnover(resolve, choose_turnover_folder(resolve, given), given.given, report)
    except HostError as error:
        report["problems"].append(str(error))
        is_menu = is_menu and not isinstance(error, Cancelled)
    except Exception as error:
        report["problems"].append(describe_error(error))
    finish_report(report)
    show_outcome(resolve, report, is_menu)
    return report


if __name__ == "__main__":
    main()
