"""Import Passes: create bins, timeline, tracks and clips, verify them, and roll everything back on failure."""

import os

from toolkit_resolve.bins import Bins
from toolkit_resolve.clip_properties import PropertySetter
from toolkit_resolve.delivery import read_delivery
from toolkit_resolve.host import HostError, NotAnswering, ask, ask_id, ask_list, call
from toolkit_resolve.layer_order import LayerOrder
from toolkit_resolve.layout import audio_counts, item_placement, layout, track_items, track_numbers
from toolkit_resolve.markers import add_delivery_markers, add_marker
from toolkit_resolve.missing_plates import require_plates
from toolkit_resolve.placement import Placer, Unplaceable
from toolkit_resolve.planning import Planner
from toolkit_resolve.replaced_layers import ReplacedLayers
from toolkit_resolve.report import count_of, describe_error
from toolkit_resolve.resolve_values import parse_stack_name
from toolkit_resolve.session import Session
from toolkit_resolve.target_timeline import BaseChanged, TargetTimeline
from toolkit_resolve.tracks import Tracks

IMPORT_FLAGS = ("--beside", "--comps", "--new-timeline", "--keep-partial")


class Stack:
    """One import. ``flags`` are the given options out of IMPORT_FLAGS.

    ``ask_folder``, if not None, asks the editor for the folder here of a folder of plates that is missing.
    """

    def __init__(self, resolve, path, flags, report, ask_folder):
        self.flags, self.report, self.ask_folder = flags, report, ask_folder
        self.delivery, self.root = read_delivery(path), os.path.dirname(path)
        self.session = Session(resolve)
        self.bins = Bins(self.session, report["by_hand"])
        self.target = TargetTimeline(self.session, self.delivery, report)
        self.placed, self.layers = [], {}

    def build(self):
        """Build and verify the stack; roll everything back on failure. Raises HostError."""
        call(self.session.resolve, "OpenPage", "edit")  # DeleteClips works only there
        try:
            self._build_and_verify()
        except BaseException as error:
            left = self._roll_back()
            if not isinstance(error, Exception):
                raise
            message = str(error) if isinstance(error, HostError) else describe_error(error)
            if not self.session.is_responding():
                message += "; Resolve does not answer any more: is a dialog open?"
            if left:
                raise HostError("%s; check whether the project still contains %s, and delete that by hand"
                                % (message, " and ".join(left)))
            raise HostError("%s; %s" % (message, "nothing else in the project has changed"
                                        if isinstance(error, BaseChanged) else "the project is unchanged"))

    def _build_and_verify(self):
        self.bins.open_bin(self.delivery["name"])
        self.target.open("--new-timeline" in self.flags, self.root)
        if self.target.base is None:
            require_plates(self.delivery, self.root, self.ask_folder, self.report["notes"])
        tracks = Tracks(self.target, self.delivery, self.report)
        base, is_beside = self.target.base, "--beside" in self.flags
        stacked = None if base is None else parse_stack_name(ask(base, "GetName"))
        is_stack = stacked is not None and stacked[0] == self.delivery["name"]
        self.replaced = ReplacedLayers(self.target.timeline, self.delivery, self.target.times, self.report, is_stack,
                                       is_beside)
        planner = Planner(self.session.resolve, self.target, self.delivery, self.bins, self.replaced, self.report)
        plan = planner.plan(tracks)
        self.carry_over = planner.carry_over
        self.replaced.report_missing(self.bins.known)
        self.replaced.find_again()
        self.before = layout(self.target.timeline), audio_counts(self.target.timeline)
        self._place_all(tracks, plan)
        self.replaced.report_hidden(self.placed)
        if is_beside:
            self.replaced.switch_off()
            if self.replaced.items():
                self.report["notes"].append("the older layers are beside the new ones, switched off; what was done to "
                                            "them is not carried over")
        else:
            self._remove_replaced()
        self._link_layers()
        add_delivery_markers(self.target.timeline, self.delivery["markers"], self.report["by_hand"])
        self._verify()
        if self.placer.is_doubtful:
            self._verify_saved()
        self.target.verify_base_unchanged()
        self._add_report_marker()

    def _place_all(self, tracks, plan):
        self.placer = Placer(self.session, self.target.timeline, self.delivery["fps"], self.report)
        self.setter = PropertySetter(self.session.resolve, self.target.timeline, self.report)
        order = LayerOrder(list(self.replaced.others.values()), self.report["by_hand"])
        for name, pieces in plan.items():
            for piece in pieces:
                item = self._place_or_report(tracks.number[name], piece)
                if item is not None:
                    self._finish_piece(tracks.number[name], item, piece)
                    order.add(tracks.number[name], name, item_placement(item), piece.clip["name"], piece.old)
                else:
                    self.replaced.keep(self._older(piece))
        order.report()

    def _finish_piece(self, number, item, piece):
        """Give a placed clip its properties, and what the editor did to the layer that it replaces."""
        clip, old = piece.clip, piece.old
        defaults = None if old is None else ask(item, "GetProperty")
        is_right = self.setter.apply_properties(item, clip, piece.is_layer, "--comps" in self.flags)
        if old is not None:
            self.carry_over.copy(old, item, defaults, clip)
        if not is_right:  # the older ones have their speed, which the editor may have set
            self.replaced.keep([one for one in self._older(piece) if one.is_shown])
        self.placed.append((number, item_placement(item), clip["name"]))
        if piece.is_layer:
            self.layers.setdefault(clip["shot"], []).append(ask_id(item))

    def _older(self, piece):
        """Return the older layers of a piece: the one that it replaces, or with --beside all of its clip."""
        return [piece.old] if piece.old is not None else list(self.replaced.find(piece.clip))

    def _place_or_report(self, number, piece):
        """Place a clip as the editor had trimmed it, or else as delivered; return the item, or None."""
        clip, over = piece.clip, ""
        for one in [piece.edited] if piece.edited is clip else [piece.edited, clip]:
            if one is not piece.edited:
                self.carry_over.lose_trim(clip)
            over = self.placer.find_occupant(number, one)
            if over:
                continue
            try:
                return self.placer.place(number, one, piece.media)
            except NotAnswering:
                raise
            except Unplaceable as error:
                self.report["by_hand"].append("'%s' is left out: %s" % (clip["name"], error))
                return None
            except HostError as error:
                if one is clip:
                    self._fail("'%s' is not on track %d: %s" % (clip["name"], number, error))
        if over:
            self.report["by_hand"].append("'%s' could not be placed on track %d, %d frames into the timeline: '%s' is "
                                          "there already" % (clip["name"], number, clip["record_first"], over))
        return None

    def _remove_replaced(self):
        """Remove the layers that were replaced; ``before`` and ``placed`` then describe the timeline without them."""
        self.replaced.report_off()
        olds = self.replaced.items()
        deleted = self.replaced.remove() if olds else []
        if deleted is None:
            raise HostError("Resolve does not delete the older layers %s"
                            % ", ".join("'%s' on track %d" % (old.name, old.number) for old in olds))
        for old in olds:
            self.before[0][old.number - 1].remove(old.placement)
        for number in deleted:  # from the top
            del self.before[0][number - 1]
            self.placed = [(at - (at > number), placement, name) for at, placement, name in self.placed]
        if olds:
            self.carry_over.finish(ask(self.target.base, "GetName"))

    def _link_layers(self):
        self.session.select_timeline(self.target.timeline)
        items = {ask_id(item): item for number in track_numbers(self.target.timeline)
                 for item in track_items(self.target.timeline, number)}
        for shot, ids in self.layers.items():
            self.setter.link_layers(shot, [items[one] for one in ids if one in items])

    def _fail(self, sentence):
        if "--keep-partial" not in self.flags:
            raise HostError(sentence)
        self.report["problems"].append(sentence)

    def _verify(self):
        """Check that the timeline holds exactly what it held before plus the placed clips."""
        found, expected = layout(self.target.timeline), [list(items) for items in self.before[0]]
        self.report["placed"][:] = []
        for number, placement, name in self.placed:
            if number <= len(found) and placement in found[number - 1]:
                expected[number - 1].append(placement)
                self.report["placed"].append(
                    {"track": number, "name": name, "start": placement[0], "duration": placement[1]})
            else:
                self._fail("'%s' has disappeared from track %d, frame %d" % (name, number, placement[0]))
        if [sorted(items, key=str) for items in found] != [sorted(items, key=str) for items in expected]:
            self._fail("Resolve changed other clips of the new timeline during the import")
        if audio_counts(self.target.timeline) != self.before[1]:
            self._fail("Resolve added audio clips that were not requested")

    def _verify_saved(self):
        """Save the project and verify again."""
        manager = ask(self.session.resolve, "GetProjectManager")
        names = ask_list(manager, "GetProjectListInCurrentFolder")
        if ask(self.session.project, "GetName") not in names:  # never saved: saving it might open a dialog
            self.report["by_hand"].append("Resolve reported an error for clips that are on the timeline: save the "
                                          "project, then check that every layer is still there")
            return
        call(manager, "SaveProject")
        self._verify()
        self.report["notes"].append("Resolve reported an error for clips that it did place. The project was saved, and "
                                    "they are still there")

    def _add_report_marker(self):
        report, timeline = self.report, self.target.timeline
        where = "a duplicate of '%s'" % report["made_from"] if report["made_from"] else "a new timeline"
        what = count_of(len(report["placed"]), "clip") + " placed" if report["placed"] or not self.replaced.kept \
            else "all layers of this version were there already"
        report["done"] = "'%s', %s: %s" % (report["timeline"], where, what)
        remarks = report["problems"] + report["by_hand"]
        if remarks:  # few editors have the Console open
            add_marker(timeline, 0, "Red", report["entry"], "\n".join(remarks))

    def _roll_back(self):
        """Delete the timeline, then its media and bins, and restore the view; return what may remain."""
        self.report.update(placed=[], timeline=None)
        self.report["by_hand"][:] = []
        steps = (self.target.roll_back, self.bins.roll_back)
        return self.session.roll_back(steps, self.target.describe_created() + self.bins.describe_created())


def import_stack(resolve, path, flags, report, ask_folder=None):
    """Import the delivery at ``path`` and fill in ``report``. Raises HostError, with the project unchanged."""
    report.update(delivery=path, resolve=call(resolve, "GetVersionString"), timeline=None, made_from=None,
                  snapshot=None, placed=[])
    stack = Stack(resolve, path, flags, report, ask_folder)
    report["notes"] += stack.delivery["notes"]
    stack.build()
