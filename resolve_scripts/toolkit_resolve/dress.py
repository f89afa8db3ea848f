"""What a placed clip gets: speed, interpolation, opacity, its Fusion comp, its links. All of it read back."""

from toolkit_resolve.delivery import media_count
from toolkit_resolve.host import ask, ask_all, constant, identity
from toolkit_resolve.spelling import same

RETIME = {"nearest": ("RETIME_NEAREST", 1), "blend": ("RETIME_FRAME_BLEND", 2), "flow": ("RETIME_OPTICAL_FLOW", 3)}
MOTION = {"standard faster": ("MOTION_EST_STANDARD_FASTER", 1), "standard better": ("MOTION_EST_STANDARD_BETTER", 2),
          "enhanced faster": ("MOTION_EST_ENHANCED_FASTER", 3), "enhanced better": ("MOTION_EST_ENHANCED_BETTER", 4),
          "speed warp better": ("MOTION_EST_SPEED_WARP_BETTER", 5),
          "speed warp faster": ("MOTION_EST_SPEED_WARP_FASTER", 6)}
"""The numbers hold where a version does not know the names; the documents print them in another order."""


class Dresser:
    """Sets what a delivery says of a clip; what Resolve does not keep goes to ``by_hand``."""

    def __init__(self, resolve, timeline, report):
        self.resolve, self.timeline = resolve, timeline
        self.by_hand, self.notes = report["by_hand"], report["notes"]

    def dress(self, item, clip, is_layer, comps):
        """Everything of one clip."""
        if clip["speed"] != 1 and media_count(clip) > 1:
            self._speed(item, clip)
        wanted = []
        if clip["interpolation"] != "host":
            wanted.append(("RetimeProcess", constant(self.resolve, *RETIME[clip["interpolation"]])))
        if clip["interpolation"] == "flow" and clip["motion"] != "host":
            wanted.append(("MotionEstimation", constant(self.resolve, *MOTION[clip["motion"]])))
        if is_layer:
            wanted.append(("CompositeMode", constant(self.resolve, "COMPOSITE_NORMAL", 0)))
            wanted.append(("Opacity", clip["opacity"]))
        for key, value in wanted:
            self._property(item, clip, key, value)
        if comps and clip["comp"]:
            self._comp(item, clip)

    def _property(self, item, clip, key, value):
        if same(ask(item, "GetProperty", key), value):
            return
        ask(item, "SetProperty", key, value)
        found = ask(item, "GetProperty", key)
        if not same(found, value):
            says = {"RetimeProcess": clip["interpolation"], "MotionEstimation": clip["motion"]}.get(key, value)
            self.by_hand.append("'%s': %s is %s; set %s in the Inspector" % (clip["name"], key, found, says))

    def _speed(self, item, clip):
        """Give a placed clip its speed, possible since Resolve 21.1; before that only the editor can."""
        percent, count = 100.0 * clip["speed"], ask(item, "GetDuration")
        ask(item, "SetSpeed", {"Percentage": percent, "RippleTimeline": False})
        found = ask(item, "GetSpeed")
        told = isinstance(found, dict) and same(found.get("Percentage"), percent)
        if told and ask(item, "GetDuration") == count:
            self.notes.append("'%s' runs at %g %%: compare its ends with the plate" % (clip["name"], percent))
        else:
            self.by_hand.append("'%s' holds its place at normal speed: give it %g %% in Change Clip Speed, without "
                                "rippling, or import return.otio instead" % (clip["name"], percent))

    def _comp(self, item, clip):
        before = ask(item, "GetFusionCompCount") or 0
        answer = ask(item, "ImportFusionComp", clip["comp"])
        if not answer or (ask(item, "GetFusionCompCount") or 0) <= before:
            self.by_hand.append("'%s': Resolve does not import %s" % (clip["name"], clip["comp"]))

    def link(self, shot, items):
        """Link the layers of one shot, so that they move together."""
        if len(items) < 2:
            return
        ask(self.timeline, "SetClipsLinked", items, True)
        linked = [identity(one) for one in ask_all(items[0], "GetLinkedItems")]
        if ask(items[0], "GetLinkedItems") is None:
            self.notes.append("%s: whether its layers are linked cannot be read back before 19.0" % shot)
        elif not all(identity(item) in linked for item in items[1:]):
            self.by_hand.append("link the layers of %s" % shot)
