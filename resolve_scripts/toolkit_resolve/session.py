"""The open project: what is open in it, and opening it again."""

from toolkit_resolve.host import Trouble, ask, identity, known_of, must


class Session:
    """The project and what was open when the entry started."""

    def __init__(self, resolve):
        self.resolve = resolve
        self.project = must(ask(ask(resolve, "GetProjectManager"), "GetCurrentProject"),
                            "no project is open in Resolve, or a dialog there is, which makes every call fail")
        self.pool = must(ask(self.project, "GetMediaPool"), "Resolve shows no media pool")
        self.page = ask(resolve, "GetCurrentPage")
        self.timeline = ask(self.project, "GetCurrentTimeline")
        self.folder = ask(self.pool, "GetCurrentFolder")
        self.known = identity(self.project)

    def timelines(self):
        """Every timeline of the project."""
        count = ask(self.project, "GetTimelineCount")
        if count is None:
            raise Trouble("Resolve does not answer")
        numbers = range(1, int(count) + 1)
        found = [ask(self.project, "GetTimelineByIndex", number) for number in numbers]
        return [timeline for timeline in found if timeline is not None]

    def setting(self, timeline, key):
        """What the timeline says; one without settings of its own follows the project."""
        return ask(timeline, "GetSetting", key) or ask(self.project, "GetSetting", key)

    def select(self, timeline):
        """AppendToTimeline works on whatever timeline is open: make sure, each time, that it is the right one."""
        for _ in range(2):
            if identity(ask(self.project, "GetCurrentTimeline")) == identity(timeline):
                return
            ask(self.project, "SetCurrentTimeline", timeline)
        raise Trouble("Resolve keeps another timeline open, and that one must not be changed")

    def open_folder(self, folder):
        """Media is imported into the bin that is open: make sure that it is the right one."""
        ask(self.pool, "SetCurrentFolder", folder)
        if identity(ask(self.pool, "GetCurrentFolder")) != identity(folder):
            raise Trouble("Resolve does not open the bin '%s': media would land elsewhere" % ask(folder, "GetName"))

    def removes(self, known):
        """Take away the timeline of ours with this identity; whether it is gone. Raises Trouble without an answer."""
        for _ in range(2):  # deleting fails now and then
            ours = [timeline for timeline in self.timelines() if identity(timeline) == known]
            if ours:
                ask(self.pool, "DeleteTimelines", ours)
        return known not in known_of(self.timelines())

    def taken_back(self, steps, ours):
        """Do ``steps``, each of which removes something of ``ours`` and answers what is left of it, in words.

        They are done again until nothing is found twice running, since a window may swallow calls for a while.
        """
        left, clean = None, 0
        for _ in range(6):
            left = self._one_round(steps)
            clean = clean + 1 if left == [] else 0
            if clean == 2:
                return []
        return left or ours

    def _one_round(self, steps):
        """What is left; None when Resolve did not answer: then the round counts for nothing."""
        try:
            self.reopen()
            left = [one for step in steps for one in step()]
            self.reopen()
        except Exception:  # also a call that raises
            return None
        return left if self.answers() else None

    def answers(self):
        """Whether Resolve still answers, about the same project; a dialog or its end makes every call fail."""
        try:
            now = identity(ask(ask(self.resolve, "GetProjectManager"), "GetCurrentProject"))
        except Exception:  # what is gone may raise whatever it likes
            return False
        return now is not None and now == self.known

    def reopen(self):
        """Open again what was open."""
        if self.timeline is not None:
            ask(self.project, "SetCurrentTimeline", self.timeline)
        if self.folder is not None:
            ask(self.pool, "SetCurrentFolder", self.folder)
        if self.page:
            ask(self.resolve, "OpenPage", self.page)
