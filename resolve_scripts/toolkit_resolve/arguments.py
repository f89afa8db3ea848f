"""What an entry was started with: nothing from the menu, options and paths from outside."""

import sys

from toolkit_resolve.host import Trouble


class Arguments:
    """``given[option]`` is True, or the text after an option in ``valued``; ``rest`` are the paths."""

    def __init__(self, arguments, flags=(), valued=()):
        self.given, self.rest = {}, []
        left = list(getattr(sys, "argv", [])[1:] if arguments is None else arguments)
        while left:
            one = left.pop(0)
            if one == "--":
                self.rest, left = self.rest + left, []
            elif one in valued and left:
                self.given[one] = left.pop(0)
            elif one in flags:
                self.given[one] = True
            elif one.startswith("-"):
                known = ", ".join(tuple(flags) + tuple(valued)) or "none"
                raise Trouble("no such option here: %s (there are: %s)" % (one, known))
            else:
                self.rest.append(one)

    def has(self, option):
        """Whether the option was given."""
        return option in self.given
