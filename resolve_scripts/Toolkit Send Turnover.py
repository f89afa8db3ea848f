"""Hand the open timeline, or a part of it, to the toolkit as turnover.json: Workspace > Scripts in DaVinci Resolve.

What is selected on the timeline (Resolve tells since 21.0.4), else the in to out range (since 19.1), else all of it;
without a timeline what is selected in the media pool. Nothing in the project is changed.

    [-o FOLDER] [--whole] [--media-pool]
"""

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Trouble, find_resolve
from toolkit_resolve.report import new_report, stopped_by, tell
from toolkit_resolve.send import SEND_FLAGS, choose_folder, send_turnover


def main(arguments=None):
    """Send a turnover and return the report, which is also printed."""
    report = new_report("Toolkit Send Turnover")
    try:
        given = Arguments(arguments, SEND_FLAGS, ("-o",))
        resolve = find_resolve()
        send_turnover(resolve, choose_folder(resolve, given), given.given, report)
    except Trouble as trouble:
        report["problems"].append(str(trouble))
    except Exception as error:
        report["problems"].append(stopped_by(error))
    return tell(report)


if __name__ == "__main__":
    main()
