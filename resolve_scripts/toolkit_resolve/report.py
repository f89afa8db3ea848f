"""The report of an entry: printed to the console, written to a file, and returned."""

import os

from toolkit_resolve.files import write_json


def new_report(entry):
    """Return an empty report. ``problems``: why nothing was done; ``by_hand``: what the editor must do by hand."""
    return {"entry": entry, "resolve": None, "done": "", "problems": [], "by_hand": [], "notes": []}


def describe_error(error):
    """Return a message for an unexpected exception."""
    return ("stopped by an unexpected error (%s: %s): try again; if it happens again, send us this message and the "
            "report of Toolkit Self Check" % (type(error).__name__, error))


def count_of(number, noun):
    """Return ``1 layer`` or ``2 layers``."""
    return "%d %s%s" % (number, noun, "" if number == 1 else "s")


def finish_report(report, path=None):
    """Print the report, write it to ``path`` and return it."""
    print("%s: %s" % (report["entry"], report["done"] or "nothing was done"))
    for kind, word in (("problems", "problem"), ("by_hand", "by hand"), ("notes", "note")):
        for sentence in report[kind]:
            print("  %s: %s" % (word, sentence))
    if path and os.path.isdir(os.path.dirname(path)):
        try:
            write_json(path, report)
        except OSError as error:
            print("  cannot write the report: %s" % error)
    return report
