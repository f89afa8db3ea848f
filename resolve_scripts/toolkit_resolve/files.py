"""What is kept between runs, in ``.toolkit`` in the user's home, and files that appear whole or not at all."""

import json
import os


def kept(name):
    """The path of something kept between runs."""
    return os.path.join(os.path.expanduser("~"), ".toolkit", name)


def write_text(path, text):
    """Write a file whole or not at all. Raises OSError."""
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        os.makedirs(folder)
    try:
        with open(path + ".part", "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(path + ".part", path)
    finally:
        if os.path.isfile(path + ".part"):
            os.remove(path + ".part")


def write_json(path, value):
    """Write a document. Raises OSError."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def read_json(path):
    """What a file of ours holds; None when it is not there or no JSON."""
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return None


def remembered(name):
    """The one line kept under ``name``, empty when there is none."""
    try:
        with open(kept(name), encoding="utf-8") as stream:
            return stream.read().strip()
    except (OSError, ValueError):
        return ""


def remember(name, text):
    """Keep one line for the next run; not being able to is no reason to stop."""
    try:
        write_text(kept(name), text + "\n")
    except OSError as error:
        print("  not remembered for the next time: %s" % error)
