"""Send the open timeline to the toolkit, wait for its layers, and stack them: Workspace > Scripts in DaVinci Resolve.

What is sent is what Toolkit Send Turnover sends; the toolkit runs in its own interpreter, and Resolve stays free to be
used; then the layers are imported as Toolkit Import Passes does. Options after ``--`` go to ``toolkit run``.

    [-o FOLDER] [--whole] [--media-pool] [--beside] [--comps] [--new-timeline] [--keep-partial] [-- OPTION ...]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Trouble, find_resolve
from toolkit_resolve.job import Job, recorded_command, watch_on_console
from toolkit_resolve.report import new_report, stopped_by, tell
from toolkit_resolve.send import SEND_FLAGS, choose_folder, send_turnover
from toolkit_resolve.session import Session
from toolkit_resolve.stack import STACK_FLAGS, import_stack
from toolkit_resolve.window import open_ui, watch_in_window


def render(resolve, turnover, more, title):
    """Run the toolkit on a turnover; the path of the delivery. Raises Trouble."""
    folder = os.path.dirname(turnover)
    command = recorded_command() + ["run", turnover, "-o", os.path.join(folder, "passes"), "--progress", "lines"]
    job, pair = Job(command + more, os.path.join(folder, "stop")), open_ui(resolve)
    if pair:
        watch_in_window(pair, job, title)
    else:
        watch_on_console(job)
    return job.result()


def main(arguments=None):
    """Send, render and import; the report, which is also printed and written beside delivery.json."""
    report, path = new_report("Toolkit Render Passes"), None
    try:
        given = Arguments(arguments, SEND_FLAGS + STACK_FLAGS, ("-o",))
        resolve = find_resolve()
        recorded_command()
        project = Session(resolve).known
        turnover = send_turnover(resolve, choose_folder(resolve, given), given.given, report)
        print("sent: " + report["done"])
        report["done"] = ""
        delivery = render(resolve, turnover, given.rest, report["entry"])
        path = os.path.join(os.path.dirname(delivery), "resolve_report.json")
        if Session(resolve).known != project:
            raise Trouble("another project is open now: open the one it was sent from, and import %s" % delivery)
        import_stack(resolve, delivery, list(given.given), report)
    except Trouble as trouble:
        report["problems"].append(str(trouble))
    except Exception as error:
        report["problems"].append(stopped_by(error))
    return tell(report, path)


if __name__ == "__main__":
    main()
