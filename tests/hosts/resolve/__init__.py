"""A fake DaVinci Resolve: it keeps state, checks every call strictly, and fails silently as the real one does.

A test builds ``FakeResolve(switch.behaviour(), footage, probes=…)``, gives a script its ``script_globals()``, and
asserts that ``misuse`` is empty and that ``snapshot()`` is exactly as expected, or unchanged.

It proves that a menu entry calls nothing that versions 18.6 to 21.1 lack (``misuse``), copes with every publicly
reported behaviour (``VARIATIONS`` and ``FAILURES``), verifies results, and never reports a failure as a success
(``snapshot``). A test compares its methods with the documented signatures.

It does not prove that the real program behaves this way, that a property or menu item has this exact name, how a
placed clip looks, how long a call takes, or what a window looks like. It decodes no images: a sequence has as many
frames as there are numbered files on disk, and everything else is specified by the test (``Footage``). Numbers of
constants that are not documented are made up. Grades, galleries, render jobs and audio levels are not included:
calling them is recorded as misuse, so they must be added here first.
"""

from tests.hosts.resolve.behaviour import VERSIONS, Behaviour
from tests.hosts.resolve.fake import USERS_MOVIE, FakeResolve
from tests.hosts.resolve.snapshot import without_ids
from tests.hosts.resolve.switches import FAILURES, VARIATIONS, Switch, editions
from tests.hosts.resolve.world import Footage

__all__ = [
    "FAILURES",
    "USERS_MOVIE",
    "VARIATIONS",
    "VERSIONS",
    "Behaviour",
    "FakeResolve",
    "Footage",
    "Switch",
    "editions",
    "without_ids",
]
