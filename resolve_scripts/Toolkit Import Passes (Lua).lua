--[[ Stack the PLATE, BODY and FACE tracks of a delivery.json on a new timeline. Menu: Workspace > Scripts.

The Lua version of the Python entry, for editions that do not list Python scripts (free, from 21.1). Plain Lua 5.1.
All frame numbers come from delivery.json. A failed call to Resolve just returns false or nil, so every result is
verified, and if any frame of the stack is wrong, the import is rolled back.

Only in the Python entry: duplicating the editor's timeline, replacing and comparing versions, Fusion comps, linked
clips, progress. Lua cannot resolve links on disk, so only the text of a layer's path is checked; and on Windows it
finds only files whose path can be written in the system's code page. ]]

local ENTRY, SCHEMA = "Toolkit Import Passes (Lua)", "toolkit.delivery/1"
local SEPARATOR = package.config:sub(1, 1)
local SUBFRAME_TOLERANCE = 0.01 -- of a source frame
local MAX_ROUNDS = 8 -- attempts to roll back
local RETIME_PROCESSES = {
  nearest = {"RETIME_NEAREST", 1}, blend = {"RETIME_FRAME_BLEND", 2}, flow = {"RETIME_OPTICAL_FLOW", 3}}
local MOTION_ESTIMATIONS = { -- the numbers are used where a version lacks the named constant
  ["standard faster"] = {"MOTION_EST_STANDARD_FASTER", 1}, ["standard better"] = {"MOTION_EST_STANDARD_BETTER", 2},
  ["enhanced faster"] = {"MOTION_EST_ENHANCED_FASTER", 3}, ["enhanced better"] = {"MOTION_EST_ENHANCED_BETTER", 4},
  ["speed warp better"] = {"MOTION_EST_SPEED_WARP_BETTER", 5},
  ["speed warp faster"] = {"MOTION_EST_SPEED_WARP_FASTER", 6}}

--- Format a sentence with %s, for values of any type.
local function format_message(sentence, ...)
  local words, count = {...}, select("#", ...)
  for place = 1, count do words[place] = tostring(words[place]) end
  return sentence:format(unpack(words, 1, count))
end

--- Return a message for an unexpected error.
local function describe_error(why) return format_message("stopped by an unexpected error (%s)", why) end

--- Raise an error with a sentence for the editor.
local function fail(...) error({sentence = format_message(...)}, 0) end

-- --- pure: JSON -------------------------------------------------------------------------------------------------

local List = {} -- metatable of lists, to tell an empty list from an empty object
local Null = setmetatable({}, {__tostring = function() return "null" end})
local MAX_DEPTH = 100
local ESCAPES = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}
local WORDS = {["true"] = true, ["false"] = false, ["null"] = Null}
local NUMBERS = {"^-?%d+%.%d+[eE][+-]?%d+", "^-?%d+[eE][+-]?%d+", "^-?%d+%.%d+", "^-?%d+"}
local CONTINUATION = "[\128-\191]"
local MULTIBYTE = { -- valid UTF-8 characters of several bytes: no overlong forms, surrogates or values above U+10FFFF
  "^[\194-\223]" .. CONTINUATION, "^\224[\160-\191]" .. CONTINUATION,
  "^[\225-\236\238\239]" .. CONTINUATION .. CONTINUATION, "^\237[\128-\159]" .. CONTINUATION,
  "^\240[\144-\191]" .. CONTINUATION .. CONTINUATION,
  "^[\241-\243]" .. CONTINUATION .. CONTINUATION .. CONTINUATION,
  "^\244[\128-\143]" .. CONTINUATION .. CONTINUATION}

--- Return the position of the first invalid UTF-8 byte, or nil.
local function find_invalid_utf8(text)
  local at = text:find("[\128-\255]")
  while at do
    local last
    for _, character in ipairs(MULTIBYTE) do last = last or select(2, text:find(character, at)) end
    if not last then return at end
    at = text:find("[\128-\255]", last + 1)
  end
end

local function encode_utf8(code)
  local function tail(step) return 128 + math.floor(code / step) % 64 end
  if code < 128 then return string.char(code) end
  if code < 2048 then return string.char(192 + math.floor(code / 64), tail(1)) end
  if code < 65536 then return string.char(224 + math.floor(code / 4096), tail(64), tail(1)) end
  return string.char(240 + math.floor(code / 262144), tail(4096), tail(64), tail(1))
end

--- Parse JSON: objects are tables, lists have the metatable List, null is Null. Raises an error at the first fault.
local function read_json(text)
  local at, read_value = 1, nil

  local function fail_at(what, where)
    local before = text:sub(1, (where or at) - 1)
    local _, lines = before:gsub("\n", "")
    fail("line %s, column %s: %s", lines + 1, #before - (before:match(".*()\n") or 0) + 1, what)
  end

  local function peek() -- return the next character that is not white space
    at = text:find("[^ \t\r\n]", at) or #text + 1
    return text:sub(at, at)
  end

  local function read_escape(from) -- return the character of an escape and the escape's last position
    local short = ESCAPES[text:sub(from + 1, from + 1)]
    if short then return short, from + 1 end
    local code = tonumber(text:match("^u(%x%x%x%x)", from + 1) or fail_at("invalid escape", from), 16)
    if code < 0xD800 or code > 0xDFFF then return encode_utf8(code), from + 5 end
    local low = code < 0xDC00 and text:match("^\\u([dD][c-fC-F]%x%x)", from + 6) or fail_at("unpaired surrogate", from)
    return encode_utf8(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), from + 11
  end

  local function read_string()
    local parts, from, to = {}, at + 1, at
    repeat
      to = text:find('["\\%c]', to + 1) or fail_at("unterminated string")
      local found = text:sub(to, to)
      if found:byte() < 32 then fail_at("control character in a string", to) end
      if found == "\\" then
        parts[#parts + 1] = text:sub(from, to - 1)
        parts[#parts + 1], to = read_escape(to)
        from = to + 1
      end
    until found == '"'
    parts[#parts + 1] = text:sub(from, to - 1)
    at = to + 1
    return table.concat(parts)
  end

  local function read_number()
    local digits
    for _, form in ipairs(NUMBERS) do digits = digits or text:match(form, at) end
    if not digits or digits:find("^-?0%d") or text:find("^[%w.+-]", at + #digits) then fail_at("invalid number") end
    if math.abs(tonumber(digits)) == math.huge then fail_at("number too large") end
    at = at + #digits
    return tonumber(digits)
  end

  local function read_items(depth, closing, add) -- read the items between brackets; ``add`` reads one
    if depth > MAX_DEPTH then fail_at("nested too deeply") end
    at = at + 1
    if peek() ~= closing then
      add()
      while peek() == "," do
        at = at + 1
        peek()
        add()
      end
    end
    if peek() ~= closing then fail_at(format_message("'%s' or ',' is missing", closing)) end
    at = at + 1
  end

  function read_value(depth)
    local first, result = peek(), {}
    if first == '"' then return read_string() end
    if first:find("[%d-]") then return read_number() end
    if first == "[" then
      read_items(depth, "]", function() result[#result + 1] = read_value(depth + 1) end)
      return setmetatable(result, List)
    elseif first == "{" then
      read_items(depth, "}", function()
        local name = peek() == '"' and read_string() or fail_at("name is missing")
        if peek() ~= ":" then fail_at("':' is missing") end
        at = at + 1
        result[name] = read_value(depth + 1)
      end)
      return result
    end
    local word = text:match("^%a+", at) or ""
    if WORDS[word] == nil then fail_at(first == "" and "unexpected end" or "invalid value") end
    at = at + #word
    return WORDS[word]
  end

  if find_invalid_utf8(text) then fail_at("not UTF-8", find_invalid_utf8(text)) end
  local whole = read_value(1)
  if peek() ~= "" then fail_at("text after the end") end
  return whole
end

--- Write a report as JSON: strings, numbers, booleans, lists and tables with names.
local function write_json(value, margin)
  if type(value) == "string" then
    return '"' .. value:gsub('[%c"\\]', function(one) return ("\\u%04x"):format(one:byte()) end) .. '"'
  elseif type(value) ~= "table" or value == Null then
    return type(value) == "number" and ("%.14g"):format(value) or tostring(value)
  end
  local parts, names, inner = {}, {}, margin .. " "
  for name in pairs(value) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local label = getmetatable(value) == List and "" or write_json(name, "") .. ": "
    parts[#parts + 1] = inner .. label .. write_json(value[name], inner)
  end
  local open, close = "{", "}"
  if getmetatable(value) == List then open, close = "[", "]" end
  if #parts == 0 then return open .. close end
  return open .. "\n" .. table.concat(parts, ",\n") .. "\n" .. margin .. close
end

-- --- pure: the document, its files and frame numbers ---------------------------------------------------------------

local DELIVERY_FIELDS = "name:text fps:rate drop_frame:bool start_timecode:text start_frame:integer width:size "
  .. "height:size tracks:list notes:list markers:list?"
local TRACK_FIELDS = "name:text clips:list"
local CLIP_FIELDS = "name:text kind:text path:text pattern:text start_index:count end_index:count in_frame:count "
  .. "in_position:position? off_by_one:count? "
  .. "frame_count:size record_first:count record_count:size fps:rate speed:number alpha:text opacity:number? "
  .. "interpolation:text? motion:text? input_colour_space:text?"
local MARKER_FIELDS = "record_frame:count name:text note:text colour:text"
local KINDS = {
  text = function(value) return type(value) == "string" end,
  bool = function(value) return type(value) == "boolean" end,
  position = function(value) return type(value) == "string" and value:find("^%d+/?%d*$") ~= nil end,
  list = function(value) return getmetatable(value) == List end,
  number = function(value) return type(value) == "number" end,
  rate = function(value) return type(value) == "number" and value > 0 end,
  integer = function(value) return type(value) == "number" and value % 1 == 0 end,
  count = function(value) return type(value) == "number" and value >= 0 and value % 1 == 0 end,
  size = function(value) return type(value) == "number" and value > 0 and value % 1 == 0 end}

--- Raise an error unless every field exists and is valid; fields with a question mark are optional.
local function check_fields(value, fields, what)
  for field, kind, optional in fields:gmatch("([%w_]+):(%a+)(%??)") do
    local found = type(value) == "table" and value[field]
    if type(value) ~= "table" or not (KINDS[kind](found) or (found == nil and optional == "?")) then
      fail("%s: '%s' is missing or invalid (%s)", what, field, found)
    end
  end
end

local function is_absolute(path) return path:find("^[/\\]") ~= nil or path:find("^%a:") ~= nil end

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

--- Return the number of frames in a clip's media.
local function media_count(clip) return clip.end_index - clip.start_index + 1 end

local function is_sequence(clip) return clip.kind ~= "movie" and media_count(clip) > 1 end

--- Set a clip's folder and first file; raise an error if files are missing. A layer must be inside root.
local function find_files(root, clip, is_layer)
  if is_layer and (is_absolute(clip.path) or ("/" .. clip.path .. "/"):find("[/\\]%.%.[/\\]")) then
    fail("layer '%s' is outside the delivery's folder: %s", clip.name, clip.path)
  end
  local path = is_absolute(clip.path) and clip.path or root .. "/" .. clip.path
  clip.first = path:gsub("/", SEPARATOR)
  clip.folder = clip.first:match("^(.*[/\\])")
  local files, missing = {clip.first}, {}
  if clip.kind ~= "movie" then
    local holds = clip.pattern:find("^[^%%/\\]*%%0%dd[^%%/\\]*$") and clip.end_index >= clip.start_index
    if not holds or clip.folder .. clip.pattern:format(clip.start_index) ~= clip.first then
      fail("'%s': pattern %s does not match %s", clip.name, clip.pattern, clip.first)
    end
    for number = clip.start_index + 1, clip.end_index do
      files[#files + 1] = clip.folder .. clip.pattern:format(number)
    end
  end
  for _, file in ipairs(files) do
    if not exists(file) then missing[#missing + 1] = file end
  end
  if #missing > 0 then
    fail("'%s' is offline: %s of %s files are missing, first %s", clip.name, #missing, #files, missing[1])
  end
end

--- Read the delivery at a path and find the files of each clip. Makes no calls to Resolve.
local function read_delivery(path)
  local file, why = io.open(path, "rb")
  if not file then fail("cannot read %s", why) end
  local is_valid, delivery = pcall(read_json, file:read("*a"))
  file:close()
  if not is_valid then
    fail("cannot read %s: %s", path, type(delivery) == "table" and delivery.sentence or delivery)
  end
  if type(delivery) ~= "table" or delivery.schema ~= SCHEMA then
    fail("%s is not a %s document. Script and toolkit may be of different versions: update the script with "
      .. "'toolkit install-scripts resolve'", path, SCHEMA)
  end
  check_fields(delivery, DELIVERY_FIELDS, "the delivery")
  for _, marker in ipairs(delivery.markers or {}) do check_fields(marker, MARKER_FIELDS, "a marker") end
  for _, track in ipairs(delivery.tracks) do
    check_fields(track, TRACK_FIELDS, "a track")
    for _, clip in ipairs(track.clips) do
      check_fields(clip, CLIP_FIELDS, "a clip of " .. track.name)
      track.is_layer = track.pass_name ~= nil and track.pass_name ~= Null
      find_files(path:match("^(.*)[/\\]") or ".", clip, track.is_layer)
    end
    table.sort(track.clips, function(one, other) return one.record_first < other.record_first end)
  end
  return delivery
end

--- Return the source frame that a clip starts on: a whole one, unless that would show other frames.
local function start_of(clip)
  if (clip.off_by_one or 0) == 0 then return clip.in_frame end
  local whole, parts = clip.in_position:match("^(%d+)/?(%d*)$")
  return whole / (tonumber(parts) or 1)
end

--- Return how many source frames fill a clip's duration at 100 % speed; a retimed clip gets its speed afterwards.
local function count_frames_to_place(clip, fps)
  local count = math.ceil(clip.record_count * clip.fps / fps - 0.001)
  local available = media_count(clip) - clip.in_frame
  if media_count(clip) == 1 or count <= available then return count end
  if clip.speed ~= 1 then
    fail("'%s': its media is too short to fill its duration at 100 %% speed: import return.otio instead", clip.name)
  end
  return available
end

--- Format a rate as Resolve does: 24, 23.976, 29.97 DF.
local function rate_text(fps, drop_frame)
  return ("%.3f"):format(fps):gsub("0+$", ""):gsub("%.$", "") .. (drop_frame and " DF" or "")
end

--- Return whether two texts or numbers are equal; Resolve writes a rate as 24.0, "23.976" or "29.97 DF".
local function is_same_value(found, expected)
  local one, other = tonumber(tostring(found):match("^%S+")), tonumber(tostring(expected):match("^%S+"))
  if one and other then return math.abs(one - other) < 0.006 end
  return found == expected
end

-- --- host: calls to Resolve ---------------------------------------------------------------------------------------

--- Call a method; nil if this Resolve lacks it.
local function call(target, method, ...)
  local found = target and target[method]
  if found then return found(target, ...) end
end

--- Call a method that returns a list, and drop the holes that Resolve returns for failures.
local function call_list(target, method, ...)
  local answer, places, found = call(target, method, ...), {}, {}
  if type(answer) ~= "table" then return found end
  for place in pairs(answer) do places[#places + 1] = place end
  table.sort(places)
  for _, place in ipairs(places) do found[#found + 1] = answer[place] end
  return found
end

--- Return the answer; raise an error if it is false, nil or empty.
local function expect(answer, ...)
  if not answer or (type(answer) == "table" and next(answer) == nil) then fail(...) end
  return answer
end

--- Return the persistent id; handles are new on every call, and expire.
local function unique_id(target) return call(target, "GetUniqueId") or call(target, "GetName") end

--- Return the first of the items for which ``matches`` is true.
local function find_first(items, matches)
  for _, item in ipairs(items) do
    if matches(item) then return item end
  end
end

local function has_id(id) return function(target) return unique_id(target) == id end end

--- Return ``name``, or the first of "name 2", "name 3", … that no item has; items are objects or names.
local function find_unused_name(name, items)
  local free, number = name, 1
  while find_first(items, function(target) return target == free or call(target, "GetName") == free end) do
    number = number + 1
    free = format_message("%s %s", name, number)
  end
  return free
end

-- --- host: the stack. ``s`` is the state of one import ------------------------------------------------------------

local function timelines(s)
  local found = {}
  for number = 1, call(s.project, "GetTimelineCount") or 0 do
    found[#found + 1] = call(s.project, "GetTimelineByIndex", number)
  end
  return found
end

local function track_count(s, kind) return call(s.timeline, "GetTrackCount", kind) or 0 end

--- Return the item counts of the video tracks as text to compare; one more on track ``one_more_on``, if given.
local function item_counts(s, one_more_on)
  local counts = {}
  for number = 1, track_count(s, "video") do
    local count = #call_list(s.timeline, "GetItemListInTrack", "video", number)
    counts[number] = count + (number == one_more_on and 1 or 0)
  end
  return table.concat(counts, " ")
end

local function set_current(s, id)
  local timeline = find_first(timelines(s), has_id(id))
  if timeline then call(s.project, "SetCurrentTimeline", timeline) end
end

--- Make our timeline the current one; AppendToTimeline works on whichever is current.
local function select_timeline(s)
  for _ = 1, 2 do
    local current = call(s.project, "GetCurrentTimeline")
    if unique_id(current) == s.id then
      s.timeline = current
      return
    end
    set_current(s, s.id)
  end
  fail("Resolve does not switch to the right timeline, and the open one must not be changed")
end

--- Open our bin; media is imported into whichever is open.
local function open_bin(s)
  for _ = 1, 2 do
    if unique_id(call(s.pool, "GetCurrentFolder")) == s.bin_id then return end
    call(s.pool, "SetCurrentFolder", s.bin)
  end
  fail("Resolve does not open the new bin, and media must not be imported into another")
end

local function create_bin(s)
  local root = expect(call(s.pool, "GetRootFolder"), "the media pool is not available in Resolve")
  local name = find_unused_name(s.delivery.name, call_list(root, "GetSubFolderList"))
  s.bin = expect(call(s.pool, "AddSubFolder", root, name), "Resolve did not create the bin '%s'", name)
  s.bin_id = expect(unique_id(s.bin), "Resolve does not report the id of the new bin")
  open_bin(s)
end

--- Create an empty timeline under an unused name; nil may mean that the name is taken, although no timeline shows it.
local function create_timeline(s)
  local taken, before = timelines(s), timelines(s)
  for _ = 1, 5 do
    local name = find_unused_name(s.delivery.name, taken)
    local made = call(s.pool, "CreateEmptyTimeline", name)
    if made then
      if find_first(before, has_id(unique_id(made))) then
        fail("Resolve returned an existing timeline instead of a new one")
      end
      s.id, s.report.timeline = expect(unique_id(made), "Resolve does not report the id of the new timeline"), name
      return select_timeline(s)
    end
    taken[#taken + 1] = name
  end
  fail("Resolve did not create the timeline '%s'", s.delivery.name)
end

--- Return the timeline's setting; a timeline without custom settings follows the project.
local function get_setting(s, key) return call(s.timeline, "GetSetting", key) or call(s.project, "GetSetting", key) end

--- Set rate, size and start timecode. Raises an error on a wrong rate: every clip would be misplaced.
local function apply_settings(s)
  local delivery, drop, fits = s.delivery, s.delivery.drop_frame, true
  local expected = {
    {"timelineFrameRate", rate_text(s.fps, drop)},
    {"timelineResolutionWidth", tostring(delivery.width)}, {"timelineResolutionHeight", tostring(delivery.height)}}
  for _, pair in ipairs(expected) do fits = fits and is_same_value(get_setting(s, pair[1]), pair[2]) end
  if not fits or drop ~= (tostring(get_setting(s, "timelineFrameRate")):find("DF") ~= nil) then
    call(s.timeline, "SetSetting", "useCustomSettings", "1")
    call(s.timeline, "SetSetting", "timelineDropFrameTimecode", drop and "1" or "0")
    for _, pair in ipairs(expected) do call(s.timeline, "SetSetting", pair[1], pair[2]) end
  end
  for place, pair in ipairs(expected) do
    local found = get_setting(s, pair[1])
    if not is_same_value(found, pair[2]) then
      if place == 1 then fail("create a project with Timeline frame rate %s and import there", pair[2]) end
      s.by_hand("the timeline's %s is %s, not %s: change it in Timeline Settings", pair[1], found, pair[2])
    end
  end
  call(s.timeline, "SetStartTimecode", delivery.start_timecode)
  local label, frame = call(s.timeline, "GetStartTimecode"), call(s.timeline, "GetStartFrame")
  -- A start before frame 0 (After Effects) is the previous day's timecode in Resolve, with its frame number.
  if label ~= delivery.start_timecode or (frame ~= delivery.start_frame and delivery.start_frame >= 0) then
    s.by_hand("the timeline starts at %s (frame %s), not %s: set its Starting Timecode", label, frame,
      delivery.start_timecode)
  end
end

local function add_tracks(s)
  for number, track in ipairs(s.delivery.tracks) do
    if track_count(s, "video") < number then call(s.timeline, "AddTrack", "video") end
    if track_count(s, "video") < number then fail("Resolve did not add a video track for %s", track.name) end
    call(s.timeline, "SetTrackName", "video", number, track.name)
    local found = call(s.timeline, "GetTrackName", "video", number)
    if found ~= track.name then s.by_hand("video track %s is named %s: name it %s", number, found, track.name) end
  end
end

--- Find the item with this path in a folder or its subfolders; importing existing media may return nothing.
local function find_in_tree(folder, path)
  local function has_path(item) return call(item, "GetClipProperty", "File Path") == path end
  local found = find_first(call_list(folder, "GetClipList"), has_path)
  for _, below in ipairs(call_list(folder, "GetSubFolderList")) do found = found or find_in_tree(below, path) end
  return found
end

--- Set and verify properties, each {key, value, name of the value}; rejected ones are reported as work by hand.
local function set_properties(s, item, kind, expected, clip, where)
  for _, one in ipairs(expected) do
    local before = call(item, "Get" .. kind, one[1])
    if not is_same_value(before, one[2]) then
      s.changed[#s.changed + 1] = kind == "ClipProperty" and {item, one[1], before} or nil
      call(item, "Set" .. kind, one[1], one[2])
    end
    local found = call(item, "Get" .. kind, one[1])
    if not is_same_value(found, one[2]) then
      s.by_hand("'%s': %s is %s; set %s in %s", clip.name, one[1], found, one[3] or one[2], where)
    elseif clip.was_in_pool and not is_same_value(found, before) then
      s.note("'%s' was already in the media pool: its %s is now %s (was %s)", clip.name, one[1], found, before)
    end
  end
end

--- Return a clip's media pool item: imported into our bin, or the editor's existing one.
local function import_media(s, clip)
  local what, path, count = clip.first, clip.first, media_count(clip)
  if is_sequence(clip) then
    what = {FilePath = clip.folder .. clip.pattern, StartIndex = clip.start_index, EndIndex = clip.end_index}
    path = clip.folder .. clip.pattern:gsub("%%0(%d)d", function(digits)
      return ("[%0" .. digits .. "d-%0" .. digits .. "d]"):format(clip.start_index, clip.end_index)
    end)
  end
  open_bin(s)
  local made = call_list(s.pool, "ImportMedia", {what})
  local item = expect(made[1] or find_in_tree(call(s.pool, "GetRootFolder"), path), "Resolve did not import %s", path)
  clip.was_in_pool = made[1] == nil
  local frames = call(item, "GetClipProperty", "Frames") or count
  if #made > 1 or (is_sequence(clip) and not is_same_value(frames, count)) then
    fail("Resolve imported %s frames in %s clips, not one clip of %s frames", frames, math.max(#made, 1), count)
  end
  local properties = {}
  if is_sequence(clip) and (call(item, "GetClipProperty", "FPS") or "") ~= "" then
    properties[#properties + 1] = {"FPS", rate_text(clip.fps)}
  end
  if clip.alpha == "premultiplied" then properties[#properties + 1] = {"Alpha mode", "Premultiplied"} end
  if (clip.input_colour_space or "") ~= "" then
    properties[#properties + 1] = {"Input Color Space", clip.input_colour_space}
  end
  set_properties(s, item, "ClipProperty", properties, clip, "Clip Attributes")
  return item
end

--- Return a clip's start frame; Resolve counts from midnight, not from the timeline's first frame.
local function record_frame(s, clip) return call(s.timeline, "GetStartFrame") + clip.record_first end

--- Return what is wrong with the new items, or nil.
local function describe_fault(s, number, clip, media, placed, expected_counts)
  if item_counts(s) ~= expected_counts then return "Resolve placed it on another track" end
  if #placed ~= 1 then return format_message("AppendToTimeline returned %s clips for it", #placed) end
  local start, duration = call(placed[1], "GetStart"), call(placed[1], "GetDuration")
  local id = unique_id(call(placed[1], "GetMediaPoolItem"))
  if start ~= record_frame(s, clip) or duration ~= clip.record_count or id ~= unique_id(media) then
    return format_message("Resolve placed it at frame %s with %s frames of media %s", start, duration, id)
  end
  if start_of(clip) ~= clip.in_frame then
    local exact = call(placed[1], "GetLeftOffset", true)
    if exact and math.abs(exact - start_of(clip)) < SUBFRAME_TOLERANCE then return end
    return format_message("it starts at source frame %s instead of %s", exact, start_of(clip))
  end
  local head = call(placed[1], "GetLeftOffset")
  if head and is_same_value(clip.fps, s.fps) and math.floor(head) ~= clip.in_frame then
    return format_message("it starts at source frame %s instead of %s", head, clip.in_frame)
  end
  if not head then s.note("'%s': its in point cannot be verified", clip.name) end
end

--- Return the variants to try, the one that worked for this kind of media first. Resolve versions differ in whether a
--- sequence counts from 0 or by file number, and in whether endFrame is inclusive; only measuring shows which applies.
local function append_variants(s, clip)
  local step, found = math.max(1, math.ceil(clip.fps / s.fps)), {s.variants[clip.kind]}
  for _, base in ipairs(clip.kind == "movie" and {0} or {0, clip.start_index}) do
    for _, end_offset in ipairs({0, -1, 1, -step, step}) do
      found[#found + 1] = {by_file_number = base ~= 0, end_offset = end_offset}
    end
  end
  return found
end

--- Append a clip and measure the result; if it is wrong, delete it and try the next variant. Nil if the clip starts
--- between two source frames and this Resolve does not place it there.
local function place_clip(s, number, clip, media)
  local count, why = count_frames_to_place(clip, s.fps), nil
  for _, variant in ipairs(append_variants(s, clip)) do
    select_timeline(s)
    local before, after = item_counts(s), item_counts(s, number)
    local start = start_of(clip) + (variant.by_file_number and clip.start_index or 0)
    local answer = call_list(s.pool, "AppendToTimeline", {{
      mediaPoolItem = media, startFrame = start, endFrame = start + count + variant.end_offset, mediaType = 1,
      trackIndex = number, recordFrame = record_frame(s, clip)}})
    local placed = {}
    for _, item in ipairs(answer) do placed[#placed + 1] = call(item, "GetDuration") and item end
    if item_counts(s) ~= before then
      local found = describe_fault(s, number, clip, media, placed, after)
      if not found then
        s.variants[clip.kind] = variant
        return placed[1]
      end
      why = why or found
      for _ = 1, 2 do -- the first DeleteClips fails now and then
        if item_counts(s) ~= before then call(s.timeline, "DeleteClips", placed, false) end
      end
      if item_counts(s) ~= before then break end
    end
  end
  if start_of(clip) ~= clip.in_frame then
    return s.by_hand("'%s' is left out: it starts between two frames of its media (at %s), and this Resolve places only "
      .. "whole frames: %s of its %s frames would be one off. Import return.otio for this clip", clip.name,
      start_of(clip), clip.off_by_one, clip.record_count)
  end
  fail("'%s' is not on track %s: %s", clip.name, number, why or "AppendToTimeline placed no clip")
end

--- Set the speed of a placed clip. Scripts can do this since Resolve 21.1; before that only the editor can.
local function set_speed(s, placed, clip)
  local percent = 100 * clip.speed
  call(placed, "SetSpeed", {Percentage = percent, RippleTimeline = false})
  local found = call(placed, "GetSpeed")
  local is_set = type(found) == "table" and is_same_value(found.Percentage, percent)
  if is_set and call(placed, "GetDuration") == clip.record_count then
    return s.note("'%s' is set to %s %% speed: compare its first and last frame with the plate", clip.name, percent)
  end
  s.by_hand("'%s' is placed at 100 %% speed: set %s %% in Change Clip Speed with Ripple Timeline off, or import "
    .. "return.otio instead", clip.name, percent)
end

--- Set speed, interpolation and opacity of a placed clip.
local function apply_properties(s, placed, clip, is_layer)
  local retime, motion, properties = RETIME_PROCESSES[clip.interpolation], MOTION_ESTIMATIONS[clip.motion], {}
  local function number_of(constant) return tonumber(s.resolve[constant[1]]) or constant[2] end
  if clip.speed ~= 1 and media_count(clip) > 1 then set_speed(s, placed, clip) end
  if retime then properties[1] = {"RetimeProcess", number_of(retime), clip.interpolation} end
  if retime == RETIME_PROCESSES.flow and motion then
    properties[2] = {"MotionEstimation", number_of(motion), clip.motion}
  end
  if is_layer and (clip.opacity or 100) ~= 100 then properties[#properties + 1] = {"Opacity", clip.opacity} end
  set_properties(s, placed, "Property", properties, clip, "the Inspector")
end

local function place_all(s)
  local items, expected = {}, {}
  for number, track in ipairs(s.delivery.tracks) do
    expected[number] = {}
    for _, clip in ipairs(track.clips) do
      items[clip.first] = items[clip.first] or import_media(s, clip)
      local placed = place_clip(s, number, clip, items[clip.first])
      if placed then
        apply_properties(s, placed, clip, track.is_layer)
        expected[number][record_frame(s, clip)] = {clip.record_count, unique_id(items[clip.first]), clip.name}
      end
    end
  end
  return expected
end

--- Check that the timeline holds exactly the placed clips.
local function verify(s, expected)
  select_timeline(s)
  for number, clips in ipairs(expected) do
    for _, item in ipairs(call_list(s.timeline, "GetItemListInTrack", "video", number)) do
      local start = call(item, "GetStart")
      local one = clips[start] or {}
      if one[1] ~= call(item, "GetDuration") or one[2] ~= unique_id(call(item, "GetMediaPoolItem")) then
        fail("'%s' on track %s has changed since it was placed", one[3] or call(item, "GetName"), number)
      end
      clips[start] = nil
      table.insert(s.report.placed, {track = number, name = one[3], start = start, duration = one[1]})
    end
    local frame, one = next(clips)
    if frame then fail("'%s' has disappeared from track %s, frame %s", one[3], number, frame) end
  end
  for number = 1, track_count(s, "audio") do
    if #call_list(s.timeline, "GetItemListInTrack", "audio", number) > 0 then
      fail("Resolve added audio clips that were not requested")
    end
  end
end

--- Add a marker at a frame or the next free one; there is only one marker per frame.
local function add_marker(s, frame, colour, name, note)
  while s.marked_frames[frame] do frame = frame + 1 end
  s.marked_frames[frame] = true
  if not call(s.timeline, "AddMarker", frame, colour, name, note, 1) then
    s.by_hand("add the missing marker at frame %s: %s", frame, note)
  end
end

local function build(s)
  create_bin(s)
  create_timeline(s)
  apply_settings(s)
  add_tracks(s)
  verify(s, place_all(s))
  for _, marker in ipairs(s.delivery.markers or {}) do
    add_marker(s, marker.record_frame, marker.colour, marker.name, marker.note)
  end
  if #s.report.by_hand > 0 then -- few editors have the Console open
    add_marker(s, 0, "Red", ENTRY, table.concat(s.report.by_hand, "\n"))
  end
  s.report.done = format_message("'%s', a new timeline: %s clips placed", s.report.timeline, #s.report.placed)
end

--- Delete everything created, restore properties, reopen what was open; return a sentence on what remains.
local function roll_back(s)
  local function find_our_timeline() return s.id and find_first(timelines(s), has_id(s.id)) end
  local function restore_view()
    set_current(s, s.open_timeline)
    if s.open_folder then call(s.pool, "SetCurrentFolder", s.open_folder) end
  end
  local function find_our_bin()
    return s.bin and find_first(call_list(call(s.pool, "GetRootFolder"), "GetSubFolderList"), has_id(s.bin_id))
  end
  local steps = {
    restore_view,
    function() if find_our_timeline() then call(s.pool, "DeleteTimelines", {find_our_timeline()}) end end,
    function()
      for _, one in ipairs(s.changed) do
        if (one[3] or "") ~= "" then call(one[1], "SetClipProperty", one[2], one[3]) end
      end
    end,
    function() if find_our_bin() then call(s.pool, "DeleteFolders", {find_our_bin()}) end end,
    restore_view}
  local function find_left()
    if not call(s.project, "GetTimelineCount") then return "what was created" end -- it does not answer
    return find_our_timeline() and "a timeline" or find_our_bin() and "a bin"
  end
  local clean, is_checked, left = 0, false, nil
  for _ = 1, MAX_ROUNDS do -- a dialog may block calls for a while, so two clean rounds in a row are needed
    for _, step in ipairs(steps) do pcall(step) end -- if one step fails, the others still run
    is_checked, left = pcall(find_left)
    clean = is_checked and not left and clean + 1 or 0
    if clean == 2 then return "; the project is unchanged" end
  end
  left = is_checked and left or "what was created"
  return format_message("; Resolve did not delete %s: look for '%s' and delete it by hand", left, s.delivery.name)
end

--- Build the stack; on failure roll back and raise an error.
local function import_stack(resolve, project, delivery, report)
  local pool = expect(call(project, "GetMediaPool"), "the media pool is not available in Resolve")
  local s = {
    resolve = resolve, project = project, pool = pool, delivery = delivery, fps = delivery.fps, report = report,
    open_timeline = unique_id(call(project, "GetCurrentTimeline")), open_folder = call(pool, "GetCurrentFolder"),
    variants = {}, changed = {}, marked_frames = {},
    by_hand = function(...) table.insert(report.by_hand, format_message(...)) end,
    note = function(...) table.insert(report.notes, format_message(...)) end}
  call(resolve, "OpenPage", "edit") -- DeleteClips works only there
  local is_built, why = pcall(build, s)
  if is_built then return end
  local after = roll_back(s)
  report.timeline, report.placed, report.by_hand = Null, setmetatable({}, List), setmetatable({}, List)
  fail("%s%s", type(why) == "table" and why.sentence or describe_error(why), after)
end

-- --- the menu entry -----------------------------------------------------------------------------------------------

local function find_resolve()
  local found = resolve or call(app, "GetResolve") or (Resolve and Resolve()) or (bmd and bmd.scriptapp("Resolve"))
  return expect(found, "this script is not running in Resolve: run it from Workspace > Scripts")
end

--- Return the path chosen in a dialog; without dialogs the last one that the toolkit wrote.
local function find_delivery()
  local state_file = (os.getenv("HOME") or os.getenv("USERPROFILE") or ".") .. "/.toolkit/last_delivery.txt"
  local file, last = io.open(state_file, "rb"), ""
  if file then
    last = (file:read("*l") or ""):gsub("%s+$", "")
    file:close()
  end
  if fusion and fusion.RequestFile then return expect(fusion:RequestFile(last), "no delivery was selected") end
  if last == "" then fail("no delivery.json given, and %s is missing", state_file) end
  return last
end

--- Print the report and write it beside the delivery.
local function finish_report(report)
  print(ENTRY .. ": " .. (report.done ~= "" and report.done or "nothing was done"))
  for _, kind in ipairs({"problems", "by_hand", "notes"}) do
    local label = kind:gsub("s$", ""):gsub("_", " ")
    for _, sentence in ipairs(report[kind]) do print("  " .. label .. ": " .. sentence) end
  end
  if report.delivery == Null then return end
  local path = (report.delivery:match("^(.*[/\\])") or "") .. "resolve_report.json"
  local file, why = io.open(path .. ".part", "wb")
  local written = file and file:write(write_json(report, ""), "\n") and file:close()
  if written then os.remove(path) end -- on Windows, os.rename does not replace an existing file
  if not written or not os.rename(path .. ".part", path) then
    print("  cannot write the report: " .. (why or path))
  end
end

local function main()
  local function list() return setmetatable({}, List) end
  local report = {
    entry = ENTRY, resolve = Null, delivery = Null, timeline = Null, done = "", placed = list(), problems = list(),
    by_hand = list(), notes = list()}
  local done, why = pcall(function()
    local host = find_resolve()
    local project = expect(call(call(host, "GetProjectManager"), "GetCurrentProject"),
      "no project is open in Resolve, or an open dialog blocks all calls; close it")
    local path = find_delivery()
    local delivery = read_delivery(path)
    report.delivery, report.resolve = path, call(host, "GetVersionString") or Null
    for _, note in ipairs(delivery.notes) do table.insert(report.notes, tostring(note)) end
    import_stack(host, project, delivery, report)
  end)
  if not done then
    table.insert(report.problems, type(why) == "table" and why.sentence or describe_error(why))
  end
  finish_report(report)
  return report
end

return main()
