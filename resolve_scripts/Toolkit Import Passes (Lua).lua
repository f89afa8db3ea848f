--[[ Stack the PLATE, BODY and FACE tracks of a delivery on a new timeline. Menu: Workspace > Scripts.

For editions that do not list Python scripts (free, from 21.1). Plain Lua 5.1. Reads delivery.lua, which the toolkit
writes beside delivery.json with every number and path final. Every result is verified. A clip that cannot be placed is
left out and reported; if anything else is wrong, everything is rolled back. The report is printed to the console, and
what is left to do is in a red marker on the first frames.

Only in the Python entry: duplicating the editor's timeline, replacing and comparing versions, Fusion comps, linked
clips, progress. ]]

-- include: host

local ENTRY, SCHEMA = "Toolkit Import Passes (Lua)", "toolkit.delivery_lua/1"
local SUBFRAME_TOLERANCE = 0.01 -- of a source frame
local MAX_ROUNDS = 6 -- attempts to roll back
local RETIME_PROCESSES = {
  nearest = {"RETIME_NEAREST", 1, "Nearest"}, blend = {"RETIME_FRAME_BLEND", 2, "Frame Blend"},
  flow = {"RETIME_OPTICAL_FLOW", 3, "Optical Flow"}}
local MOTION_ESTIMATIONS = { -- the numbers are used where a version lacks the named constant
  ["standard faster"] = {"MOTION_EST_STANDARD_FASTER", 1}, ["standard better"] = {"MOTION_EST_STANDARD_BETTER", 2},
  ["enhanced faster"] = {"MOTION_EST_ENHANCED_FASTER", 3}, ["enhanced better"] = {"MOTION_EST_ENHANCED_BETTER", 4},
  ["speed warp better"] = {"MOTION_EST_SPEED_WARP_BETTER", 5},
  ["speed warp faster"] = {"MOTION_EST_SPEED_WARP_FASTER", 6}}
local NAMES = { -- what the windows of Resolve call these
  RetimeProcess = "Retime Process", MotionEstimation = "Motion Estimation", FPS = "Video Frame Rate",
  timelineResolutionWidth = "resolution width", timelineResolutionHeight = "resolution height"}

-- --- the delivery -------------------------------------------------------------------------------------------------

--- Return the path chosen in a dialog; without dialogs the last one that the toolkit wrote.
local function choose_delivery()
  local home, is_read, last = find_home(), false, nil
  if home then is_read, last = pcall(dofile, home .. "/.toolkit/last_delivery.lua") end
  last = is_read and type(last) == "string" and last or ""
  if fusion and fusion.RequestFile then
    last = fusion:RequestFile(last)
    if type(last) ~= "string" or last == "" then fail("no delivery was selected") end
  elseif last == "" then
    fail("no delivery to import: this Resolve shows no file dialog, and %s/.toolkit/last_delivery.lua is missing",
      home or "the home folder's")
  end
  return (last:gsub("%.json$", ".lua"))
end

local function read_delivery(path)
  local is_read, delivery = pcall(dofile, path)
  if not is_read then fail("cannot read %s: %s", path, delivery) end
  if type(delivery) ~= "table" or delivery.schema ~= SCHEMA then
    fail("%s is not a %s document. Scripts and toolkit may be of different versions: update the scripts with 'toolkit "
      .. "install-scripts resolve', and the delivery with 'toolkit conform'", path, SCHEMA)
  end
  return delivery
end

-- --- bins and timelines. ``s`` is the state of one import -----------------------------------------------------------

--- Return all timelines of the project; raise an error rather than leave one out.
local function timelines(s)
  for _ = 1, 2 do
    local found, is_whole = {}, s.open_timeline == nil
    local count = ask(s.project, "GetTimelineCount")
    if count == 0 then count = ask(s.project, "GetTimelineCount") end -- which may be a failure
    for number = 1, count do
      found[number] = ask(s.project, "GetTimelineByIndex", number)
      is_whole = is_whole or ask_id(found[number]) == ask_id(s.open_timeline)
    end
    if is_whole then return found end
  end
  fail("Resolve does not list the open timeline")
end

--- Make ``wanted`` current, and return whether it is.
local function make_current(owner, getter, setter, wanted)
  local id = ask_id(wanted)
  for attempt = 1, 3 do
    local current = ask_optional(owner, getter)
    if current ~= nil and ask_id(current) == id then return true end
    if attempt < 3 then call(owner, setter, wanted) end
  end
  return false
end

--- Make our timeline the current one; AppendToTimeline works on whichever is current.
local function select_timeline(s)
  local ours = find_first(timelines(s), function(one) return ask_id(one) == s.timeline_id end)
  if not ours or not make_current(s.project, "GetCurrentTimeline", "SetCurrentTimeline", ours) then
    fail("Resolve does not switch to the right timeline, and the open one must not be changed")
  end
  s.timeline = ours
end

--- Create something, again if it was not answered and nothing is new. Return the new objects of ``list()``; raise an
--- error if one of them is none that ``make`` can have made, since then the list before was too short.
local function create(s, what, list, make, is_ours)
  local known = ids_of(list())
  s.unsure[#s.unsure + 1] = {what = what, list = list, known = known}
  local new = {}
  for _ = 1, 2 do
    local answer = make()
    new = find_new(list(), known)
    if #new > 0 or answer ~= nil then break end
  end
  for _, one in ipairs(new) do
    if not is_ours(one) then fail("Resolve did not list reliably what is in the project: import again") end
  end
  for _, one in ipairs(new) do s.own[ask_id(one)] = true end
  s.unsure[#s.unsure] = nil
  return new
end

--- Open the delivery's bin; create it if it is missing.
local function open_bin(s)
  local root, name = ask(s.pool, "GetRootFolder"), s.delivery.name
  local function bins() return ask_list(root, "GetSubFolderList") end
  s.bin = find_first(bins(), function(one) return ask(one, "GetName") == name end)
  if not s.bin then
    local new = create(s, format_message("the bin '%s'", name), bins, function()
      return call(s.pool, "AddSubFolder", root, name)
    end, function(one) return ask(one, "GetName") == name end)
    if #new ~= 1 then fail("Resolve did not create the bin '%s'", name) end
    s.bin, s.bin_id = new[1], ask_id(new[1])
  end
  if not make_current(s.pool, "GetCurrentFolder", "SetCurrentFolder", s.bin) then
    fail("Resolve does not open the bin '%s', and media must not be imported into another", name)
  end
end

--- Create an empty timeline under an unused name. None may be new because a name is taken that no timeline shows.
local function create_timeline(s)
  local taken, number = {}, 1
  for _, one in ipairs(timelines(s)) do taken[ask(one, "GetName")] = true end
  for _ = 1, 5 do
    local name = s.delivery.timeline_name
    while taken[name] do
      number = number + 1
      name = format_message("%s %s", s.delivery.timeline_name, number)
    end
    taken[name] = true
    local answer
    local new = create(s, format_message("the timeline '%s'", name), function() return timelines(s) end, function()
      answer = call(s.pool, "CreateEmptyTimeline", name)
      return answer
    end, function(one) return ask(one, "GetName") == name end)
    if #new == 1 then
      s.timeline_id, s.report.timeline = ask_id(new[1]), name
      return select_timeline(s)
    elseif #new > 1 or answer ~= nil then
      fail("Resolve returned an existing timeline instead of a new one")
    end
  end
  fail("Resolve did not create the timeline '%s'", s.delivery.timeline_name)
end

--- Return the timeline's setting; a timeline without custom settings follows the project.
local function get_setting(s, key)
  return ask_optional(s.timeline, "GetSetting", key) or ask_optional(s.project, "GetSetting", key)
end

--- Set rate, size and start timecode. Raises an error on a wrong rate: every clip would be misplaced.
local function apply_settings(s)
  local delivery, drop, fits = s.delivery, s.delivery.drop_frame, true
  local expected = {
    {"timelineFrameRate", delivery.rate}, {"timelineResolutionWidth", tostring(delivery.width)},
    {"timelineResolutionHeight", tostring(delivery.height)}}
  for _, pair in ipairs(expected) do fits = fits and is_same_value(get_setting(s, pair[1]), pair[2]) end
  if not fits or drop ~= (tostring(get_setting(s, "timelineFrameRate")):find("DF") ~= nil) then
    insist(s.timeline, "SetSetting", "useCustomSettings", "1")
    insist(s.timeline, "SetSetting", "timelineDropFrameTimecode", drop and "1" or "0")
    for _, pair in ipairs(expected) do insist(s.timeline, "SetSetting", pair[1], pair[2]) end
  end
  for place, pair in ipairs(expected) do
    local found = get_setting(s, pair[1])
    if not is_same_value(found, pair[2]) then
      if place == 1 then
        fail("the timeline's frame rate is %s, not %s: create a project whose timeline frame rate is %s and import "
          .. "there", found, pair[2], pair[2])
      end
      s.by_hand("the timeline's %s is %s, not %s: change it in Timeline Settings", NAMES[pair[1]], found, pair[2])
    end
  end
  insist(s.timeline, "SetStartTimecode", delivery.start_timecode)
  local label, frame = ask(s.timeline, "GetStartTimecode"), ask(s.timeline, "GetStartFrame")
  -- A start before frame 0 (After Effects) is the previous day's timecode in Resolve, with its frame number.
  if label ~= delivery.start_timecode or (frame ~= delivery.start_frame and delivery.start_frame >= 0) then
    s.by_hand("the timeline starts at %s (frame %s), not %s: set its Starting Timecode", label, frame,
      delivery.start_timecode)
  end
  s.start = frame
end

local function add_tracks(s)
  local function count() return ask(s.timeline, "GetTrackCount", "video") end
  local function name_of(number) return ask(s.timeline, "GetTrackName", "video", number) end
  for number, track in ipairs(s.delivery.tracks) do
    for _ = 1, 2 do
      if count() < number then call(s.timeline, "AddTrack", "video") end
    end
    if count() < number then fail("Resolve did not add a video track for %s", track.name) end
    for _ = 1, 2 do
      if name_of(number) ~= track.name then call(s.timeline, "SetTrackName", "video", number, track.name) end
    end
    if name_of(number) ~= track.name then
      s.by_hand("video track %s is named %s: name it %s", number, name_of(number), track.name)
    end
  end
end

-- --- media --------------------------------------------------------------------------------------------------------

local function path_of(item) return ask_optional(item, "GetClipProperty", "File Path") end

--- Find the item with this path in a folder or its subfolders; importing existing media may return nothing.
local function find_in_tree(folder, path)
  local found = find_first(ask_list(folder, "GetClipList"), function(item) return path_of(item) == path end)
  for _, below in ipairs(ask_list(folder, "GetSubFolderList")) do found = found or find_in_tree(below, path) end
  return found
end

--- Set and verify properties, each {key, value, name of the value}; rejected ones are reported as work by hand.
local function set_properties(s, item, kind, expected, clip, where, may_change)
  for _, one in ipairs(expected) do
    local before = ask_optional(item, "Get" .. kind, one[1])
    local found = before
    if may_change and not is_same_value(before, one[2]) then
      insist(item, "Set" .. kind, one[1], one[2])
      found = ask_optional(item, "Get" .. kind, one[1])
    end
    if not is_same_value(found, one[2]) then
      local name, value = NAMES[one[1]] or one[1], one[3] or one[2]
      if kind == "Property" then -- scripts get its value as a number
        s.by_hand("'%s': set %s to %s in %s", clip.name, name, value, where)
      else
        s.by_hand("'%s': %s is %s; set %s in %s", clip.name, name, found, value, where)
      end
    end
  end
end

--- Return whether a media pool path is the clip's media, or a part of its sequence.
local function is_media_of(clip, path)
  local head = clip.pool_path:match("^(.-)%[%d+%-%d+%][^/\\]*$") or clip.pool_path
  return type(path) == "string" and path:sub(1, #head) == head
end

--- Return a clip's media pool item: from our bin, imported into it, or the editor's own.
local function import_media(s, clip, is_layer)
  local function contents() return ask_list(s.bin, "GetClipList") end
  local item = find_first(contents(), function(one) return path_of(one) == clip.pool_path end)
  local is_imported = false
  if not item then
    local what = clip.pattern and {FilePath = clip.pattern, StartIndex = clip.first_number, EndIndex = clip.last_number}
    local new = create(s, format_message("the media '%s'", clip.pool_path), contents, function()
      return call(s.pool, "ImportMedia", {what or clip.path})
    end, function(one) return is_media_of(clip, path_of(one)) end)
    if #new > 1 then fail("Resolve imported %s as %s clips, not one", clip.pool_path, #new) end
    item, is_imported = new[1], #new == 1
    item = item or find_in_tree(ask(s.pool, "GetRootFolder"), clip.pool_path)
    if not item then fail("Resolve did not import %s: is it offline?", clip.pool_path) end
  end
  local frames = ask_optional(item, "GetClipProperty", "Frames") or clip.frames
  if clip.pattern and not is_same_value(frames, clip.frames) then
    fail("Resolve imported %s frames of '%s', not %s", frames, clip.name, clip.frames)
  end
  local properties = {}
  if clip.pattern and (ask_optional(item, "GetClipProperty", "FPS") or "") ~= "" then
    properties[#properties + 1] = {"FPS", clip.rate}
  end
  if clip.premultiplied then properties[#properties + 1] = {"Alpha mode", "Premultiplied"} end
  if clip.colour_space then properties[#properties + 1] = {"Input Color Space", clip.colour_space} end
  set_properties(s, item, "ClipProperty", properties, clip, "Clip Attributes", is_imported) -- never existing media
  return item
end

-- --- clips --------------------------------------------------------------------------------------------------------

--- Return the variants to try, the one that worked for this kind of media first. Resolve versions differ in whether a
--- sequence counts from 0 or by file number, and in whether endFrame is inclusive; only measuring shows which applies.
local function append_variants(s, clip)
  local step, kind = math.max(1, math.ceil(clip.fps / s.delivery.fps)), clip.pattern and "sequence" or "movie"
  local found = {s.variants[kind]}
  for _, base in ipairs(clip.pattern and {0, clip.first_number} or {0}) do
    for _, end_offset in ipairs({0, -1, 1, -step, step}) do
      found[#found + 1] = {kind = kind, base = base > 0, end_offset = end_offset}
    end
  end
  return found
end

--- Return what is wrong with a new item, or nil.
local function describe_fault(s, clip, media, placed)
  local start, duration = ask(placed, "GetStart"), ask(placed, "GetDuration")
  local used = ask_optional(placed, "GetMediaPoolItem")
  if start ~= s.start + clip.record_first or duration ~= clip.record_count or not used
      or ask_id(used) ~= ask_id(media) then
    return format_message("Resolve placed it at frame %s with %s frames", start, duration)
  end
  local exact = clip.off_by_one > 0
  local head = ask_optional(placed, "GetLeftOffset", exact or nil)
  if exact and (not head or math.abs(head - clip.start) >= SUBFRAME_TOLERANCE) then
    return format_message("it starts at source frame %s instead of %s", head, clip.start)
  elseif head and not exact and is_same_value(clip.fps, s.delivery.fps) and math.floor(head) ~= clip.start then
    return format_message("it starts at source frame %s instead of %s", head, clip.start)
  end
end

--- Return {track number, item} of every item on our timeline.
local function all_items(s)
  local found = {}
  for number = 1, ask(s.timeline, "GetTrackCount", "video") do
    for _, item in ipairs(ask_list(s.timeline, "GetItemListInTrack", "video", number)) do
      found[#found + 1] = {number, item}
    end
  end
  return found
end

--- Return {track number, item} of every new item. A new item is usually the last one, so unless ``thorough`` the search
--- ends when as many are found as there are more items than before.
local function new_items(s, thorough)
  local found, all = {}, all_items(s)
  for place = #all, 1, -1 do
    if not thorough and #found >= #all - s.placed_count then break end
    if not s.placed_ids[ask_id(all[place][2])] then found[#found + 1] = all[place] end
  end
  return found
end

--- Append a clip, again if Resolve does not answer and nothing is new; return the new {track number, item}.
local function append(s, clip_info)
  local new = {}
  for _ = 1, 2 do
    select_timeline(s)
    local answer = call(s.pool, "AppendToTimeline", {clip_info})
    select_timeline(s)
    new = new_items(s)
    if #new == 0 then new = new_items(s, true) end -- an earlier one may have disappeared
    if #new > 0 or answer ~= nil then break end
  end
  return new
end

--- Append a clip and measure the result; if it is wrong, delete it and try the next variant. Nil if none is right.
local function place_clip(s, number, clip, media)
  local why
  for _, variant in ipairs(append_variants(s, clip)) do
    local first = clip.start + (variant.base and clip.first_number or 0)
    local new = append(s, {
      mediaPoolItem = media, startFrame = first, endFrame = first + clip.count + variant.end_offset, mediaType = 1,
      trackIndex = number, recordFrame = s.start + clip.record_first})
    local is_alone = #new == 1 and new[1][1] == number
    local fault = #new > 0 and (is_alone and describe_fault(s, clip, media, new[1][2]) or not is_alone
      and "Resolve placed it on another track")
    if #new > 0 and not fault then
      s.variants[variant.kind] = variant
      s.placed_ids[ask_id(new[1][2])], s.placed_count = true, s.placed_count + 1
      return new[1][2]
    end
    why = why or fault or nil
    for _ = 1, 3 do -- the first DeleteClips fails now and then
      local left = {}
      for _, one in ipairs(new_items(s)) do left[#left + 1] = one[2] end
      if #left > 0 then call(s.timeline, "DeleteClips", left, false) end
    end
    if #new_items(s) > 0 then fail("'%s' is not on track %s: %s", clip.name, number, why) end
  end
  return nil, why or "Resolve placed no clip"
end

--- Set the speed of a placed clip. Scripts can do this since Resolve 21.1; before that only the editor can.
local function set_speed(s, placed, clip)
  insist(placed, "SetSpeed", {Percentage = clip.speed, RippleTimeline = false})
  local found = ask_optional(placed, "GetSpeed")
  local is_set = type(found) == "table" and is_same_value(found.Percentage, clip.speed)
  if is_set and ask(placed, "GetDuration") == clip.record_count then
    return s.note("'%s' is set to %s %% speed: compare its first and last frame with the plate", clip.name, clip.speed)
  end
  insist(placed, "SetClipEnabled", false) -- at the wrong speed it would hide the right plate
  local is_off = ask_optional(placed, "GetClipEnabled") == false
  s.by_hand("'%s' is placed at 100 %% speed%s: set %s %% in Change Clip Speed with Ripple Timeline off%s, or import "
    .. "return.otio instead", clip.name, is_off and " and switched off" or "", clip.speed,
    is_off and " and switch it on" or "")
end

--- Set speed, interpolation and opacity of a placed clip.
local function apply_properties(s, placed, clip, is_layer)
  local retime, motion, properties = RETIME_PROCESSES[clip.interpolation], MOTION_ESTIMATIONS[clip.motion], {}
  local function number_of(constant)
    local found = s.resolve[constant[1]]
    return type(found) == "number" and found or constant[2]
  end
  local function capitalise(words) return (words:gsub("(%a)(%a*)", function(a, b) return a:upper() .. b end)) end
  if clip.speed ~= 100 and clip.frames > 1 then set_speed(s, placed, clip) end
  if retime then properties[1] = {"RetimeProcess", number_of(retime), retime[3]} end
  if retime == RETIME_PROCESSES.flow and motion then
    properties[2] = {"MotionEstimation", number_of(motion), capitalise(clip.motion)}
  end
  if is_layer and clip.opacity ~= 100 then properties[#properties + 1] = {"Opacity", clip.opacity} end
  set_properties(s, placed, "Property", properties, clip, "the Inspector", true)
end

--- Place one clip; one that cannot be placed is left out and reported.
local function place_or_report(s, number, track, clip)
  if clip.count == 0 then
    return s.by_hand("'%s' is left out: its media is too short to fill its duration at 100 %% speed. Import "
      .. "return.otio for this clip", clip.name)
  end
  if not s.items[clip.pool_path] then
    local is_imported, item = pcall(import_media, s, clip, track.is_layer)
    if not is_imported and (type(item) ~= "table" or item.sentence == NOT_ANSWERING) then error(item, 0) end
    if not is_imported then return s.by_hand("'%s' is left out: %s", clip.name, item.sentence) end
    s.items[clip.pool_path] = item
  end
  local placed, why = place_clip(s, number, clip, s.items[clip.pool_path])
  if placed then
    apply_properties(s, placed, clip, track.is_layer)
    s.expected[number][s.start + clip.record_first] = {clip.record_count, ask_id(s.items[clip.pool_path]), clip.name}
  elseif clip.off_by_one > 0 then
    s.by_hand("'%s' is left out: it starts between two frames of its media (at %s), and this Resolve places only whole "
      .. "frames: %s of its %s frames would be one off. Import return.otio for this clip", clip.name, clip.start,
      clip.off_by_one, clip.record_count)
  else
    s.by_hand("'%s' is left out: %s. Import return.otio for this clip, or place it by hand", clip.name, why)
  end
end

--- Check that the timeline holds exactly the placed clips.
local function verify(s)
  select_timeline(s)
  for _, one in ipairs(all_items(s)) do
    local number, item = one[1], one[2]
    local start, used = ask(item, "GetStart"), ask_optional(item, "GetMediaPoolItem")
    local known = s.expected[number] and s.expected[number][start]
    if not known or known[1] ~= ask(item, "GetDuration") or not used or known[2] ~= ask_id(used) then
      fail("'%s' on track %s has changed since it was placed", known and known[3] or ask(item, "GetName"), number)
    end
    s.expected[number][start] = nil
    s.report.placed = s.report.placed + 1
  end
  for number, left in ipairs(s.expected) do
    local frame, one = next(left)
    if frame then fail("'%s' has disappeared from track %s, frame %s", one[3], number, frame) end
  end
  for number = 1, ask(s.timeline, "GetTrackCount", "audio") do
    if #ask_list(s.timeline, "GetItemListInTrack", "audio", number) > 0 then
      fail("Resolve added audio clips that were not requested")
    end
  end
end

--- Add a marker at a frame or the next free one; there is only one marker per frame.
local function add_marker(s, frame, colour, name, note)
  while ask(s.timeline, "GetMarkers")[frame] do frame = frame + 1 end
  for _ = 1, 2 do
    if not ask(s.timeline, "GetMarkers")[frame] then call(s.timeline, "AddMarker", frame, colour, name, note, 1) end
  end
  if not ask(s.timeline, "GetMarkers")[frame] then
    s.by_hand("add the missing marker at frame %s: %s", frame, note)
  end
end

-- --- the import ---------------------------------------------------------------------------------------------------

local function build(s)
  open_bin(s)
  create_timeline(s)
  apply_settings(s)
  add_tracks(s)
  for number, track in ipairs(s.delivery.tracks) do
    s.expected[number] = {}
    for _, clip in ipairs(track.clips) do place_or_report(s, number, track, clip) end
  end
  verify(s)
  if s.report.placed == 0 then fail("no clip could be placed: %s", s.report.by_hand[1]) end
  for _, one in ipairs(s.delivery.markers) do add_marker(s, one.frame, one.colour, one.name, one.note) end
  if #s.report.by_hand > 0 then -- few editors have the Console open
    add_marker(s, 0, "Red", ENTRY, table.concat(s.report.by_hand, "\n"))
  end
  s.report.done = format_message("'%s', a new timeline: %s clip%s placed", s.report.timeline, s.report.placed,
    s.report.placed == 1 and "" or "s")
end

--- Delete the objects of ``list()`` that this import created, by the ids they had then; return whether all are gone.
local function delete_own(s, list, method)
  for _ = 1, 3 do
    local found = {}
    for _, one in ipairs(list()) do
      if s.own[ask_id(one)] then found[#found + 1] = one end
    end
    if #found == 0 then return true end
    call(s.pool, method, found)
  end
  return find_first(list(), function(one) return s.own[ask_id(one)] end) == nil
end

--- Delete our bin, unless something else is in it; return whether it is gone.
local function delete_bin(s)
  local root = ask(s.pool, "GetRootFolder")
  local function ours()
    return s.bin_id and find_first(ask_list(root, "GetSubFolderList"), function(one) return ask_id(one) == s.bin_id end)
  end
  for _ = 1, 3 do
    local bin = ours()
    if not bin then return true end
    local inside = find_new(ask_list(bin, "GetClipList"), s.own)
    if #inside > 0 or #ask_list(bin, "GetSubFolderList") > 0 then return false end
    call(s.pool, "DeleteFolders", {bin})
  end
  return not ours()
end

--- One round of the roll-back; return what remains.
local function roll_back_once(s)
  local function restore_view()
    if s.open_timeline then make_current(s.project, "GetCurrentTimeline", "SetCurrentTimeline", s.open_timeline) end
    if s.open_folder then make_current(s.pool, "GetCurrentFolder", "SetCurrentFolder", s.open_folder) end
  end
  restore_view()
  local left = {}
  for _, one in ipairs(s.unsure) do
    if #find_new(one.list(), one.known) > 0 then left[#left + 1] = one.what end
  end
  if not delete_own(s, function() return timelines(s) end, "DeleteTimelines") then
    left[#left + 1] = format_message("the timeline '%s'", s.report.timeline)
  end
  local function media() return ask_list(s.bin, "GetClipList") end
  if not delete_bin(s) then
    left[#left + 1] = format_message("the bin '%s'", s.delivery.name)
  elseif s.bin and not s.bin_id and not delete_own(s, media, "DeleteClips") then -- imported into an older bin
    left[#left + 1] = format_message("media in the bin '%s'", s.delivery.name)
  end
  restore_view()
  return left
end

--- Delete everything created, restore properties, reopen what was open; return a sentence on what remains.
local function roll_back(s)
  local left
  for _ = 1, MAX_ROUNDS do -- a dialog may block calls for a while
    local is_answered, found = pcall(roll_back_once, s)
    if is_answered then
      left = found
      if #left == 0 then return "; the project is unchanged" end
    end
  end
  if not left then
    left = {}
    for _, one in ipairs(s.unsure) do left[#left + 1] = one.what end
    if s.bin_id then left[#left + 1] = format_message("the bin '%s'", s.delivery.name) end
    if s.timeline_id then left[#left + 1] = format_message("the timeline '%s'", s.report.timeline) end
    if #left == 0 then return next(s.own) and "; check the bin '" .. s.delivery.name .. "'" or "" end
  end
  return format_message("; check whether the project still contains %s, and delete that by hand",
    table.concat(left, " and "))
end

--- Build the stack; on failure roll back and raise an error.
local function import_stack(host, project, delivery, report)
  local s = {
    resolve = host, project = project, pool = ask(project, "GetMediaPool"), delivery = delivery, report = report,
    open_timeline = ask_optional(project, "GetCurrentTimeline"), variants = {}, unsure = {}, own = {},
    items = {}, expected = {}, placed_ids = {}, placed_count = 0,
    by_hand = function(...) table.insert(report.by_hand, format_message(...)) end,
    note = function(...) table.insert(report.notes, format_message(...)) end}
  s.open_folder = ask(s.pool, "GetCurrentFolder")
  call(host, "OpenPage", "edit") -- DeleteClips works only there
  local is_built, why = pcall(build, s)
  if is_built then return end
  local after = roll_back(s)
  report.timeline, report.placed, report.by_hand = nil, 0, {}
  fail("%s%s", describe_error(why), after)
end

local function main()
  local report = {placed = 0, problems = {}, by_hand = {}, notes = {}}
  local is_done, why = pcall(function()
    local host = find_resolve()
    local project = find_project(host)
    local delivery = read_delivery(choose_delivery())
    for _, note in ipairs(delivery.notes) do table.insert(report.notes, note) end
    import_stack(host, project, delivery, report)
  end)
  if not is_done then table.insert(report.problems, describe_error(why)) end
  print_report(ENTRY, report)
  return report
end

return main()
