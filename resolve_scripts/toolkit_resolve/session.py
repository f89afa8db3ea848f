"""The open project: what was open when the entry started, and restoring it."""

from toolkit_resolve.host import HostError, NotAnswering, ask, ask_id, ask_optional, call, unique_id


class Session:
    """The project, and the page, bin and timeline that were open when the entry started."""

    def __init__(self, resolve):
        self.resolve = resolve
        try:
            self.project = ask(ask(resolve, "GetProjectManager"), "GetCurrentProject")
            self.project_id = ask_id(self.project)
            self.pool = ask(self.project, "GetMediaPool")
            self.timeline = ask_optional(self.project, "GetCurrentTimeline")
            self.folder = ask(self.pool, "GetCurrentFolder")
            self.page = call(resolve, "GetCurrentPage") or call(resolve, "GetCurrentPage")
        except NotAnswering:
            raise HostError("no project is open in Resolve, or an open dialog blocks all calls; close it")

    def timelines(self):
        """Return all timelines of the project. Raises HostError rather than leave one out."""
        for _ in range(2):
            count = ask(self.project, "GetTimelineCount") or ask(self.project, "GetTimelineCount")  # 0 may be a failure
            found = [ask(self.project, "GetTimelineByIndex", number) for number in range(1, int(count) + 1)]
            if self.timeline is None or ask_id(self.timeline) in [ask_id(one) for one in found]:
                return found
        raise HostError("Resolve does not list the open timeline")

    def get_setting(self, timeline, key):
        """Return the timeline's setting; a timeline without custom settings follows the project."""
        return ask_optional(timeline, "GetSetting", key) or ask_optional(self.project, "GetSetting", key)

    def select_timeline(self, timeline):
        """Make ``timeline`` the current one; AppendToTimeline works on whichever is current. Raises HostError."""
        if not self._try_until_current("SetCurrentTimeline", timeline, self.project, "GetCurrentTimeline"):
            raise HostError("Resolve does not switch to the right timeline, and the open one must not be changed")

    def open_folder(self, folder):
        """Make ``folder`` the current bin; media is imported into whichever is current. Raises HostError."""
        if not self._try_until_current("SetCurrentFolder", folder, self.pool, "GetCurrentFolder"):
            raise HostError("Resolve does not open the bin '%s', and media must not be imported into another"
                            % ask(folder, "GetName"))

    def _try_until_current(self, setter, wanted, owner, getter):
        """Make ``wanted`` current; return whether it is. Raises NotAnswering."""
        for attempt in range(3):
            current = ask_optional(owner, getter)
            if current is not None and ask_id(current) == ask_id(wanted):
                return True
            if attempt < 2:
                call(owner, setter, wanted)
        return False

    def delete_timeline(self, timeline_id):
        """Delete the timeline with this id; return whether it is gone. Raises NotAnswering."""
        for _ in range(3):  # deleting fails now and then
            found = [timeline for timeline in self.timelines() if ask_id(timeline) == timeline_id]
            if not found:
                return True
            call(self.pool, "DeleteTimelines", found)
        return timeline_id not in [ask_id(timeline) for timeline in self.timelines()]

    def roll_back(self, steps, created):
        """Run ``steps``, each of which removes part of ``created`` and returns what remains; return all that remains.

        Repeated until a round leaves nothing, since a dialog may block calls for a while.
        """
        left = None
        for _ in range(6):
            left = self._run_steps(steps)
            if left == []:
                return []
        return created if left is None else left

    def _run_steps(self, steps):
        """Return what remains; None if Resolve did not answer, so that the round does not count."""
        try:
            self.restore_view()
            left = [one for step in steps for one in step()]
            self.restore_view()
        except Exception:  # calls may also raise
            return None
        return left

    def is_responding(self):
        """Return whether Resolve still answers, for the same project; an open dialog makes every call fail."""
        try:
            now = unique_id(call(call(self.resolve, "GetProjectManager"), "GetCurrentProject"))
        except Exception:  # if Resolve has quit, any exception is possible
            return False
        return now is not None and now == self.project_id

    def restore_view(self):
        """Reopen the timeline, bin and page that were open at the start."""
        if self.timeline is not None:
            self._try_until_current("SetCurrentTimeline", self.timeline, self.project, "GetCurrentTimeline")
        self._try_until_current("SetCurrentFolder", self.folder, self.pool, "GetCurrentFolder")
        if self.page:
            call(self.resolve, "OpenPage", self.page)
