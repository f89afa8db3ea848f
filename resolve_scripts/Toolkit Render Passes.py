"""Send the open timeline to the toolkit, render its layers and import them. Menu: Workspace > Scripts.

Sends what Toolkit Send Turnover sends and imports as Toolkit Import Passes does. The toolkit runs in its own Python,
and Resolve stays usable meanwhile. Options after ``--`` are passed to ``toolkit run``.

    [-o FOLDER] [--whole] [--media-pool] [--beside] [--comps] [--new-timeline] [--keep-partial] [-- OPTION ...]
"""

import os

from toolkit_resolve.arguments import Arguments
from toolkit_resolve.host import Cancelled, HostError, find_resolve
from toolkit_resolve.report import describe_error, finish_report, new_report
from toolkit_resolve.send import SEND_FLAGS, choose_turnover_folder, send_turnover
from toolkit_resolve.session import Session
from toolkit_resolve.stack import IMPORT_FLAGS, import_stack
from toolkit_resolve.toolkit_process import ToolkitProcess, read_toolkit_command, watch_on_console
from toolkit_resolve.window import folder_asker, get_ui, show_outcome, watch_in_window


def render(resolve, turnover, more, title):
    """Run the toolkit on a turnover; return the path of the delivery. Raises HostError."""
    folder = os.path.dirname(turnover)
    command = read_toolkit_command() + ["run", turnover, "-o", os.path.join(folder, "passes"), "--progress", "lines"]
    pair = get_ui(resolve)

    def start():
        return ToolkitProcess(command + more, os.path.join(folder, "stop"))

    return (watch_in_window(pair, start, title) if pair else watch_on_console(start())).result()


def main(arguments=None):
    """Send, render and import; print the report, write it beside delivery.json and return it."""
    report, path, resolve, is_menu = new_report("Toolkit Render Passes"), None, None, False
    try:
        given = Arguments(arguments, SEND_FLAGS + IMPORT_FLAGS, ("-o",))
        is_menu = given.is_menu()
        resolve = find_resolve()
        read_toolkit_command()
        project = Session(resolve).project_id
        turnover = send_turnover(resolve, choose_turnover_folder(resolve, given), given.given, report)
        print("sent: " + report["done"])
        report["done"] = ""
        delivery = render(resolve, turnover, given.rest, report["entry"])
        path = os.path.join(os.path.dirname(delivery), "resolve_report.json")
        if Session(resolve).project_id != project:
            raise HostError("another project is open now: open the original project and import %s" % delivery)
        import_stack(resolve, delivery, list(given.given), report,
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
