"""The open project: what was open when the entry started, and restoring it."""

from toolkit_resolve.host import HostError, call, require, require_ids, unique_id


class Session:
    """The project, and the page, bin and timeline that were open when the entry started."""

    def __init__(self, resolve):
        self.resolve = resolve
        self.project = require(call(call(resolve, "GetProjectManager"), "GetCurrentProject"),
                               "no project is open in Resolve, or an open dialog blocks all calls; close it")
        self.pool = require(call(self.project, "GetMediaPool"), "the media pool is not available in Resolve")
        self.page = call(resolve, "GetCurrentPage")
        self.timeline = call(self.project, "GetCurrentTimeline")
        self.folder = call(self.pool, "GetCurrentFolder")
        self.project_id = unique_id(self.project)

    def timelines(self):
        """Return all timelines of the project."""
        count = call(self.project, "GetTimelineCount")
        if count is None:
            raise HostError("Resolve does not answer")
        numbers = range(1, int(count) + 1)
        found = [call(self.project, "GetTimelineByIndex", number) for number in numbers]
        return [timeline for timeline in found if timeline is not None]

    def get_setting(self, timeline, key):
        """Return the timeline's setting; a timeline without custom settings follows the project."""
        return call(timeline, "GetSetting", key) or call(self.project, "GetSetting", key)

    def select_timeline(self, timeline):
        """Make ``timeline`` the current one; AppendToTimeline works on whichever is current. Raises HostError."""
        for _ in range(2):
            if unique_id(call(self.project, "GetCurrentTimeline")) == unique_id(timeline):
                return
            call(self.project, "SetCurrentTimeline", timeline)
        raise HostError("Resolve does not switch to the right timeline, and the open one must not be changed")

    def open_folder(self, folder):
        """Make ``folder`` the current bin; media is imported into whichever is current. Raises HostError."""
        call(self.pool, "SetCurrentFolder", folder)
        if unique_id(call(self.pool, "GetCurrentFolder")) != unique_id(folder):
            raise HostError("Resolve does not open the bin '%s', and media must not be imported into another"
                            % call(folder, "GetName"))

    def delete_timeline(self, timeline_id):
        """Delete the timeline with this id; return whether it is gone. Raises HostError if unanswered."""
        for _ in range(2):  # deleting fails now and then
            found = [timeline for timeline in self.timelines() if unique_id(timeline) == timeline_id]
            if found:
                call(self.pool, "DeleteTimelines", found)
        return timeline_id not in require_ids(self.timelines())

    def roll_back(self, steps, created):
        """Run ``steps``, each of which removes part of ``created`` and returns what remains; return all that remains.

        Repeated until two rounds in a row leave nothing, since a dialog may block calls for a while.
        """
        left, clean = None, 0
        for _ in range(6):
            left = self._run_steps(steps)
            clean = clean + 1 if left == [] else 0
            if clean == 2:
                return []
        return left or created

    def _run_steps(self, steps):
        """Return what remains; None if Resolve did not answer, so that the round does not count."""
        try:
            self.restore_view()
            left = [one for step in steps for one in step()]
            self.restore_view()
        except Exception:  # calls may also raise
            return None
        return left if self.is_responding() else None

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
            call(self.project, "SetCurrentTimeline", self.timeline)
        if self.folder is not None:
            call(self.pool, "SetCurrentFolder", self.folder)
        if self.page:
            call(self.resolve, "OpenPage", self.page)
