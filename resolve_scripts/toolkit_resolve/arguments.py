"""Arguments of an entry: none when started from the menu, options and paths when started from a terminal."""

import sys

from toolkit_resolve.host import HostError


class Arguments:
    """``given[option]`` is True, or the value of an option listed in ``valued``; ``rest`` holds the paths."""

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
                raise HostError("unknown option: %s (available: %s)" % (one, known))
            else:
                self.rest.append(one)

    def is_menu(self):
        """Return whether the entry was started from the menu."""
        return not self.given and not self.rest

    def has(self, option):
        """Return whether the option was given."""
        return option in self.given
