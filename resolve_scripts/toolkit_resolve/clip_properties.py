"""Set speed, interpolation, opacity, Fusion comp and links of placed clips, and verify each."""

from toolkit_resolve.delivery import media_count
from toolkit_resolve.bins import set_and_read
from toolkit_resolve.host import ask, ask_id, ask_optional, call, get_constant, insist
from toolkit_resolve.inspector import MOTION_ESTIMATIONS, RETIME_PROCESSES, property_name, value_name
from toolkit_resolve.resolve_values import is_same_value


class PropertySetter:
    """Sets the properties in a delivery; those that Resolve does not accept go to ``by_hand``."""

    def __init__(self, resolve, timeline, report):
        self.resolve, self.timeline = resolve, timeline
        self.by_hand, self.notes = report["by_hand"], report["notes"]

    def apply_properties(self, item, clip, is_layer, comps):
        """Set all properties of one clip; return whether it shows the right frames."""
        is_right = clip["speed"] == 1 or media_count(clip) == 1 or self._set_speed(item, clip)
        properties = []
        if clip["interpolation"] != "host":
            properties.append(("RetimeProcess", get_constant(self.resolve, *RETIME_PROCESSES[clip["interpolation"]])))
        if clip["interpolation"] == "flow" and clip["motion"] != "host":
            properties.append(("MotionEstimation", get_constant(self.resolve, *MOTION_ESTIMATIONS[clip["motion"]])))
        if is_layer:
            properties.append(("CompositeMode", get_constant(self.resolve, "COMPOSITE_NORMAL", 0)))
            properties.append(("Opacity", clip["opacity"]))
        for key, value in properties:
            self._set_property(item, clip, key, value)
        if comps and clip["comp"]:
            self._import_comp(item, clip)
        return is_right

    def _set_property(self, item, clip, key, value):
        if is_same_value(ask_optional(item, "GetProperty", key), value):
            return
        if not is_same_value(set_and_read(item, "Property", key, value), value):
            self.by_hand.append("'%s': set %s to %s in the Inspector"
                                % (clip["name"], property_name(key), value_name(self.resolve, key, value)))

    def _set_speed(self, item, clip):
        """Set the speed of a placed clip; return whether it has it. Scripts can since 21.1, before only the editor."""
        percent, count = 100.0 * clip["speed"], ask(item, "GetDuration")
        insist(item, "SetSpeed", {"Percentage": percent, "RippleTimeline": False})
        found = ask_optional(item, "GetSpeed")
        is_set = isinstance(found, dict) and is_same_value(found.get("Percentage"), percent)
        if is_set and ask(item, "GetDuration") == count:
            self.notes.append("'%s' is set to %g %% speed: compare its first and last frame with the plate"
                              % (clip["name"], percent))
            return True
        insist(item, "SetClipEnabled", False)  # at the wrong speed it would hide the right plate
        is_off = ask_optional(item, "GetClipEnabled") is False
        self.by_hand.append("'%s' is placed at 100 %% speed%s: set %g %% in Change Clip Speed with Ripple Timeline "
                            "off%s, or import return.otio instead" % (
                                clip["name"], " and switched off" if is_off else "", percent,
                                " and switch it on" if is_off else ""))
        return False

    def _import_comp(self, item, clip):
        before = ask(item, "GetFusionCompCount")
        answer = call(item, "ImportFusionComp", clip["comp"])
        if answer is None and ask(item, "GetFusionCompCount") == before:
            answer = call(item, "ImportFusionComp", clip["comp"])
        if answer is False or ask(item, "GetFusionCompCount") <= before:
            self.by_hand.append("'%s': Resolve did not import the comp %s; import it on the Fusion page"
                                % (clip["name"], clip["comp"]))

    def link_layers(self, shot, items):
        """Link the layers of a shot so that they move together."""
        if len(items) < 2:
            return
        insist(self.timeline, "SetClipsLinked", items, True)
        found = ask_optional(items[0], "GetLinkedItems")
        found = found or ask_optional(items[0], "GetLinkedItems")  # none may be a failure
        linked = [ask_id(one) for one in found or [] if one is not None]
        if found is None:
            self.notes.append("%s: links between its layers cannot be verified before Resolve 19.0" % shot)
        elif not all(ask_id(item) in linked for item in items[1:]):
            self.by_hand.append("link the layers of %s" % shot)
