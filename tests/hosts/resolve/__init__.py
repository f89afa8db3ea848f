"""A DaVinci Resolve that never was: stateful, strict about what it is asked, and silent when it fails.

A test builds ``FakeResolve(switch.behaviour(), footage, probes=…)``, gives a script its ``script_globals()``, and
asserts that ``misuse`` is empty and that ``snapshot()`` is exactly what was asked for, or exactly what it was before.

What it proves: that a menu entry asks for nothing that versions 18.6 to 21.1 do not have (``misuse``), that it survives
every behaviour publicly reported of them (``WAYS`` and ``SWITCHES``), that it measures instead of believing, and that
it never calls a failure a success (``snapshot``). Its methods are held to the documented signatures by a test.

What it does not prove: that the real program behaves so, that a property or a menu word is spelt as the real one spells
it, how a placed picture looks, how long a call takes, or what a window looks like. It decodes no picture: a sequence is
as long as the numbered files on disk, everything else is what a test vouches for (``Footage``). Numbers of constants
that no document prints are made up. Grades, galleries, render jobs and sound levels are not in it at all: asking for
them is recorded as misuse, so that whoever needs one adds it here first.
"""

from tests.hosts.resolve.behaviour import VERSIONS, Behaviour
from tests.hosts.resolve.fake import USERS_MOVIE, FakeResolve
from tests.hosts.resolve.snapshot import without_ids
from tests.hosts.resolve.switches import SWITCHES, WAYS, Switch, editions
from tests.hosts.resolve.world import Footage

__all__ = [
    "SWITCHES",
    "USERS_MOVIE",
    "VERSIONS",
    "WAYS",
    "Behaviour",
    "FakeResolve",
    "Footage",
    "Switch",
    "editions",
    "without_ids",
]
