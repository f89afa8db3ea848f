--[[ Stack the PLATE, BODY and FACE tracks of a delivery.json on a new timeline: Workspace > Scripts in DaVinci Resolve.

The twin of the Python entry for editions that list no Python scripts (the free one from 21.1 on): Lua 5.1 and nothing
else. No frame is decided here, delivery.json decided them all. A call that Resolve cannot do answers false or nil and
says nothing more, so no answer is believed: everything is read back, and a stack that is not right in every frame is
taken away again.

Left to the Python entry: building on a duplicate of the editor's timeline, replacing and comparing versions, Fusion
comps, linked clips, progress. Lua has no way to follow links on a disk, so a layer's path is judged by its text alone;
and on Windows it finds only files whose path the system's own code page can spell. ]]

local ENTRY, SCHEMA = "Toolkit Import Passes (Lua)", "toolkit.delivery/1"
local SEPARATOR = package.config:sub(1, 1)
local ROUNDS = 8 -- of putting back, at most
local RETIME = {nearest = {"RETIME_NEAREST", 1}, blend = {"RETIME_FRAME_BLEND", 2}, flow = {"RETIME_OPTICAL_FLOW", 3}}
local MOTION = { -- the numbers are for versions that do not know the names
  ["standard faster"] = {"MOTION_EST_STANDARD_FASTER", 1}, ["standard better"] = {"MOTION_EST_STANDARD_BETTER", 2},
  ["enhanced faster"] = {"MOTION_EST_ENHANCED_FASTER", 3}, ["enhanced better"] = {"MOTION_EST_ENHANCED_BETTER", 4},
  ["speed warp better"] = {"MOTION_EST_SPEED_WARP_BETTER", 5},
  ["speed warp faster"] = {"MOTION_EST_SPEED_WARP_FASTER", 6}}

--- The sentence with each %s replaced, whatever kind of value it is.
local function say(sentence, ...)
  local words, count = {...}, select("#", ...)
  for place = 1, count do words[place] = tostring(words[place]) end
  return sentence:format(unpack(words, 1, count))
end

--- Stop with a sentence for the editor.
local function trouble(...) error({sentence = say(...)}, 0) end

-- --- pure: JSON -------------------------------------------------------------------------------------------------

local List = {} -- the metatable of what was a list: an empty one is no empty object
local Null = setmetatable({}, {__tostring = function() return "null" end})
local DEEPEST = 100
local ESCAPES = {['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}
local WORDS = {["true"] = true, ["false"] = false, ["null"] = Null}
local NUMBERS = {"^-?%d+%.%d+[eE][+-]?%d+", "^-?%d+[eE][+-]?%d+", "^-?%d+%.%d+", "^-?%d+"}
local TAIL = "[\128-\191]"
local CHARACTERS = { -- of UTF-8 with more than one byte: none too long, no surrogate, none past the last
  "^[\194-\223]" .. TAIL, "^\224[\160-\191]" .. TAIL, "^[\225-\236\238\239]" .. TAIL .. TAIL,
  "^\237[\128-\159]" .. TAIL, "^\240[\144-\191]" .. TAIL .. TAIL, "^[\241-\243]" .. TAIL .. TAIL .. TAIL,
  "^\244[\128-\143]" .. TAIL .. TAIL}

--- Where a text stops being UTF-8; nil where it does not.
local function misspelt(text)
  local at = text:find("[\128-\255]")
  while at do
    local last
    for _, character in ipairs(CHARACTERS) do last = last or select(2, text:find(character, at)) end
    if not last then return at end
    at = text:find("[\128-\255]", last + 1)
  end
end

local function utf8(code)
  local function tail(step) return 128 + math.floor(code / step) % 64 end
  if code < 128 then return string.char(code) end
  if code < 2048 then return string.char(192 + math.floor(code / 64), tail(1)) end
  if code < 65536 then return string.char(224 + math.floor(code / 4096), tail(64), tail(1)) end
  return string.char(240 + math.floor(code / 262144), tail(4096), tail(64), tail(1))
end

--- The value of a JSON text: objects are tables, lists have the metatable List, null is Null. Stops at the first fault.
local function read_json(text)
  local at, value = 1, nil

  local function wrong(what, where)
    local before = text:sub(1, (where or at) - 1)
    local _, lines = before:gsub("\n", "")
    trouble("line %s, column %s: %s", lines + 1, #before - (before:match(".*()\n") or 0) + 1, what)
  end

  local function peek() -- the next character that is not space
    at = text:find("[^ \t\r\n]", at) or #text + 1
    return text:sub(at, at)
  end

  local function escaped(from) -- the character of an escape and the escape's last place
    local short = ESCAPES[text:sub(from + 1, from + 1)]
    if short then return short, from + 1 end
    local code = tonumber(text:match("^u(%x%x%x%x)", from + 1) or wrong("no such escape", from), 16)
    if code < 0xD800 or code > 0xDFFF then return utf8(code), from + 5 end
    local low = code < 0xDC00 and text:match("^\\u([dD][c-fC-F]%x%x)", from + 6) or wrong("half a character", from)
    return utf8(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), from + 11
  end

  local function quoted()
    local parts, from, to = {}, at + 1, at
    repeat
      to = text:find('["\\%c]', to + 1) or wrong("a text without an end")
      local found = text:sub(to, to)
      if found:byte() < 32 then wrong("a control character in a text", to) end
      if found == "\\" then
        parts[#parts + 1] = text:sub(from, to - 1)
        parts[#parts + 1], to = escaped(to)
        from = to + 1
      end
    until found == '"'
    parts[#parts + 1] = text:sub(from, to - 1)
    at = to + 1
    return table.concat(parts)
  end

  local function number()
    local digits
    for _, form in ipairs(NUMBERS) do digits = digits or text:match(form, at) end
    if not digits or digits:find("^-?0%d") or text:find("^[%w.+-]", at + #digits) then wrong("not a number") end
    if math.abs(tonumber(digits)) == math.huge then wrong("a number too large") end
    at = at + #digits
    return tonumber(digits)
  end

  local function collection(depth, closing, add) -- whatever lies between brackets, one after the other
    if depth > DEEPEST then wrong("nested too deep") end
    at = at + 1
    if peek() ~= closing then
      add()
      while peek() == "," do
        at = at + 1
        peek()
        add()
      end
    end
    if peek() ~= closing then wrong(say("'%s' or ',' is missing", closing)) end
    at = at + 1
  end

  function value(depth)
    local first, made = peek(), {}
    if first == '"' then return quoted() end
    if first:find("[%d-]") then return number() end
    if first == "[" then
      collection(depth, "]", function() made[#made + 1] = value(depth + 1) end)
      return setmetatable(made, List)
    elseif first == "{" then
      collection(depth, "}", function()
        local name = peek() == '"' and quoted() or wrong("a name is missing")
        if peek() ~= ":" then wrong("':' is missing") end
        at = at + 1
        made[name] = value(depth + 1)
      end)
      return made
    end
    local word = text:match("^%a+", at) or ""
    if WORDS[word] == nil then wrong(first == "" and "the text ends too early" or "no value") end
    at = at + #word
    return WORDS[word]
  end

  if misspelt(text) then wrong("not UTF-8", misspelt(text)) end
  local whole = value(1)
  if peek() ~= "" then wrong("more after the end") end
  return whole
end

--- The JSON text of a report: texts, numbers, truths, lists of them and tables with names.
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

-- --- pure: the document, its files and its numbers ----------------------------------------------------------------

local DELIVERY = "name:text fps:rate drop_frame:truth start_timecode:text start_frame:whole width:size height:size "
  .. "tracks:list notes:list markers:list?"
local TRACK = "name:text clips:list"
local CLIP = "name:text kind:text path:text pattern:text start_index:count end_index:count in_frame:count "
  .. "frame_count:size record_first:count record_count:size fps:rate speed:number alpha:text opacity:number? "
  .. "interpolation:text? motion:text? input_colour_space:text?"
local MARKER = "record_frame:count name:text note:text colour:text"
local KINDS = {
  text = function(value) return type(value) == "string" end,
  truth = function(value) return type(value) == "boolean" end,
  list = function(value) return getmetatable(value) == List end,
  number = function(value) return type(value) == "number" end,
  rate = function(value) return type(value) == "number" and value > 0 end,
  whole = function(value) return type(value) == "number" and value % 1 == 0 end,
  count = function(value) return type(value) == "number" and value >= 0 and value % 1 == 0 end,
  size = function(value) return type(value) == "number" and value > 0 and value % 1 == 0 end}

--- Stop unless every field is there and of its kind; one with a question mark may be missing.
local function check(value, fields, what)
  for field, kind, optional in fields:gmatch("([%w_]+):(%a+)(%??)") do
    local found = type(value) == "table" and value[field]
    if type(value) ~= "table" or not (KINDS[kind](found) or (found == nil and optional == "?")) then
      trouble("%s has no proper '%s' (it says %s)", what, field, found)
    end
  end
end

local function is_absolute(path) return path:find("^[/\\]") ~= nil or path:find("^%a:") ~= nil end

local function exists(path)
  local file = io.open(path, "rb")
  return file ~= nil and file:close()
end

--- How many pictures the media of a clip has.
local function media_count(clip) return clip.end_index - clip.start_index + 1 end

local function is_sequence(clip) return clip.kind ~= "movie" and media_count(clip) > 1 end

--- Give a clip its folder and its first file, and stop unless all its files are there. A layer lies inside root.
local function find_files(root, clip, is_layer)
  if is_layer and (is_absolute(clip.path) or ("/" .. clip.path .. "/"):find("[/\\]%.%.[/\\]")) then
    trouble("layer '%s' lies outside the delivery's folder: %s", clip.name, clip.path)
  end
  local path = is_absolute(clip.path) and clip.path or root .. "/" .. clip.path
  clip.first = path:gsub("/", SEPARATOR)
  clip.folder = clip.first:match("^(.*[/\\])")
  local files, missing = {clip.first}, {}
  if clip.kind ~= "movie" then
    local holds = clip.pattern:find("^[^%%/\\]*%%0%dd[^%%/\\]*$") and clip.end_index >= clip.start_index
    if not holds or clip.folder .. clip.pattern:format(clip.start_index) ~= clip.first then
      trouble("'%s': %s is not the pattern of %s", clip.name, clip.pattern, clip.first)
    end
    for number = clip.start_index + 1, clip.end_index do
      files[#files + 1] = clip.folder .. clip.pattern:format(number)
    end
  end
  for _, file in ipairs(files) do
    if not exists(file) then missing[#missing + 1] = file end
  end
  if #missing > 0 then
    trouble("'%s' is offline: %s of %s files are missing, first %s", clip.name, #missing, #files, missing[1])
  end
end

--- The delivery at a path, each clip with its files found. Asks no host.
local function read_delivery(path)
  local file, why = io.open(path, "rb")
  if not file then trouble("cannot read %s", why) end
  local read, delivery = pcall(read_json, file:read("*a"))
  file:close()
  if not read then trouble("cannot read %s: %s", path, type(delivery) == "table" and delivery.sentence or delivery) end
  if type(delivery) ~= "table" or delivery.schema ~= SCHEMA then
    trouble("%s is not a %s document: is this script as old as the toolkit that wrote it?", path, SCHEMA)
  end
  check(delivery, DELIVERY, "the delivery")
  for _, marker in ipairs(delivery.markers or {}) do check(marker, MARKER, "a marker") end
  for _, track in ipairs(delivery.tracks) do
    check(track, TRACK, "a track")
    for _, clip in ipairs(track.clips) do
      check(clip, CLIP, "a clip of " .. track.name)
      track.is_layer = track.pass_name ~= nil and track.pass_name ~= Null
      find_files(path:match("^(.*)[/\\]") or ".", clip, track.is_layer)
    end
    table.sort(track.clips, function(one, other) return one.record_first < other.record_first end)
  end
  return delivery
end

--- How many pictures fill a clip's place at normal speed; a retimed clip gets its speed afterwards.
local function pictures(clip, fps)
  local count = math.ceil(clip.record_count * clip.fps / fps - 0.001)
  local there = media_count(clip) - clip.in_frame
  if media_count(clip) == 1 or count <= there then return count end
  if clip.speed ~= 1 then
    trouble("its media is too short to hold its place at normal speed: import return.otio instead")
  end
  return there
end

--- Resolve's spelling of a rate: 24, 23.976, 29.97 DF.
local function rate_text(fps, drop_frame)
  return ("%.3f"):format(fps):gsub("0+$", ""):gsub("%.$", "") .. (drop_frame and " DF" or "")
end

--- Whether two texts or numbers say the same: Resolve writes a rate as 24.0, "23.976" or "29.97 DF".
local function same(found, wanted)
  local one, other = tonumber(tostring(found):match("^%S+")), tonumber(tostring(wanted):match("^%S+"))
  if one and other then return math.abs(one - other) < 0.006 end
  return found == wanted
end

-- --- host: what Resolve hands out ---------------------------------------------------------------------------------

--- Call a method that this Resolve may not have; nil then.
local function ask(thing, method, ...)
  local call = thing and thing[method]
  if call then return call(thing, ...) end
end

--- What a method lists, without the holes for what failed.
local function ask_all(thing, method, ...)
  local answer, places, found = ask(thing, method, ...), {}, {}
  if type(answer) ~= "table" then return found end
  for place in pairs(answer) do places[#places + 1] = place end
  table.sort(places)
  for _, place in ipairs(places) do found[#found + 1] = answer[place] end
  return found
end

--- The answer; trouble where it is false, nil or empty.
local function must(answer, ...)
  if not answer or (type(answer) == "table" and next(answer) == nil) then trouble(...) end
  return answer
end

--- Handles are new on every call and die; this is what stays.
local function identity(thing) return ask(thing, "GetUniqueId") or ask(thing, "GetName") end

--- The first of the things that ``is`` holds for.
local function first(things, is)
  for _, thing in ipairs(things) do
    if is(thing) then return thing end
  end
end

local function with_id(id) return function(thing) return identity(thing) == id end end

--- A name, or the first of "name 2", "name 3", … that none of the things has.
local function unused(name, things)
  local free, number = name, 1
  while first(things, function(thing) return thing == free or ask(thing, "GetName") == free end) do
    number = number + 1
    free = say("%s %s", name, number)
  end
  return free
end

-- --- host: the stack. ``s`` holds what belongs to one import ------------------------------------------------------

local function timelines(s)
  local found = {}
  for number = 1, ask(s.project, "GetTimelineCount") or 0 do
    found[#found + 1] = ask(s.project, "GetTimelineByIndex", number)
  end
  return found
end

local function track_count(s, kind) return ask(s.timeline, "GetTrackCount", kind) or 0 end

--- How many items each video track holds, as a text to compare; with ``one_more_on`` a track.
local function occupancy(s, one_more_on)
  local held = {}
  for number = 1, track_count(s, "video") do
    local count = #ask_all(s.timeline, "GetItemListInTrack", "video", number)
    held[number] = count + (number == one_more_on and 1 or 0)
  end
  return table.concat(held, " ")
end

local function show(s, id)
  local timeline = first(timelines(s), with_id(id))
  if timeline then ask(s.project, "SetCurrentTimeline", timeline) end
end

--- AppendToTimeline works on whatever timeline is open: make sure, each time, that it is ours.
local function select_ours(s)
  for _ = 1, 2 do
    local front = ask(s.project, "GetCurrentTimeline")
    if identity(front) == s.id then
      s.timeline = front
      return
    end
    show(s, s.id)
  end
  trouble("Resolve keeps another timeline open, and that one must not be changed")
end

--- Our bin, open, since imports land in the one that is.
local function open_bin(s)
  for _ = 1, 2 do
    if identity(ask(s.pool, "GetCurrentFolder")) == s.bin_id then return end
    ask(s.pool, "SetCurrentFolder", s.bin)
  end
  trouble("Resolve does not open the new bin: media would land elsewhere")
end

local function make_bin(s)
  local root = must(ask(s.pool, "GetRootFolder"), "Resolve shows no media pool")
  local name = unused(s.delivery.name, ask_all(root, "GetSubFolderList"))
  s.bin = must(ask(s.pool, "AddSubFolder", root, name), "Resolve makes no bin called '%s'", name)
  s.bin_id = must(identity(s.bin), "Resolve does not say which bin it made")
  open_bin(s)
end

--- An empty timeline under a name that no other has; an answer of nil means: taken after all.
local function make_timeline(s)
  local taken, before = timelines(s), timelines(s)
  for _ = 1, 5 do
    local name = unused(s.delivery.name, taken)
    local made = ask(s.pool, "CreateEmptyTimeline", name)
    if made then
      if first(before, with_id(identity(made))) then trouble("Resolve hands out a timeline that was there before") end
      s.id, s.report.timeline = must(identity(made), "Resolve does not say which timeline it made"), name
      return select_ours(s)
    end
    taken[#taken + 1] = name
  end
  trouble("Resolve makes no timeline called '%s'", s.delivery.name)
end

--- What the timeline says; one without settings of its own follows the project.
local function setting(s, key) return ask(s.timeline, "GetSetting", key) or ask(s.project, "GetSetting", key) end

--- Rate, size and start timecode. At a wrong rate every frame would be wrong.
local function set_up(s)
  local delivery, drop, fits = s.delivery, s.delivery.drop_frame, true
  local wanted = {
    {"timelineFrameRate", rate_text(s.fps, drop)},
    {"timelineResolutionWidth", tostring(delivery.width)}, {"timelineResolutionHeight", tostring(delivery.height)}}
  for _, pair in ipairs(wanted) do fits = fits and same(setting(s, pair[1]), pair[2]) end
  if not fits or drop ~= (tostring(setting(s, "timelineFrameRate")):find("DF") ~= nil) then
    ask(s.timeline, "SetSetting", "useCustomSettings", "1")
    ask(s.timeline, "SetSetting", "timelineDropFrameTimecode", drop and "1" or "0")
    for _, pair in ipairs(wanted) do ask(s.timeline, "SetSetting", pair[1], pair[2]) end
  end
  for place, pair in ipairs(wanted) do
    local found = setting(s, pair[1])
    if not same(found, pair[2]) then
      if place == 1 then trouble("make a project with Timeline frame rate %s and run this there", pair[2]) end
      s.by_hand("the timeline's %s is %s: set %s", pair[1], found, pair[2])
    end
  end
  ask(s.timeline, "SetStartTimecode", delivery.start_timecode)
  local label, frame = ask(s.timeline, "GetStartTimecode"), ask(s.timeline, "GetStartFrame")
  -- What begins before 0 elsewhere has a label of the day before here, and its frame.
  if label ~= delivery.start_timecode or (frame ~= delivery.start_frame and delivery.start_frame >= 0) then
    s.by_hand("the timeline starts at %s (frame %s), not at %s", label, frame, delivery.start_timecode)
  end
end

local function name_tracks(s)
  for number, track in ipairs(s.delivery.tracks) do
    if track_count(s, "video") < number then ask(s.timeline, "AddTrack", "video") end
    if track_count(s, "video") < number then trouble("Resolve adds no video track for %s", track.name) end
    ask(s.timeline, "SetTrackName", "video", number, track.name)
    local found = ask(s.timeline, "GetTrackName", "video", number)
    if found ~= track.name then s.by_hand("video track %s is called %s: name it %s", number, found, track.name) end
  end
end

--- The item of a file anywhere below a folder: importing what the pool has already may answer nothing.
local function in_pool(folder, path)
  local function lies_there(item) return ask(item, "GetClipProperty", "File Path") == path end
  local found = first(ask_all(folder, "GetClipList"), lies_there)
  for _, below in ipairs(ask_all(folder, "GetSubFolderList")) do found = found or in_pool(below, path) end
  return found
end

--- Set what is {property, value, the value's name} and read it back; what is not kept is left to the editor.
local function set_properties(s, item, kind, wanted, clip, where)
  for _, one in ipairs(wanted) do
    local before = ask(item, "Get" .. kind, one[1])
    if not same(before, one[2]) then
      s.changed[#s.changed + 1] = kind == "ClipProperty" and {item, one[1], before} or nil
      ask(item, "Set" .. kind, one[1], one[2])
    end
    local found = ask(item, "Get" .. kind, one[1])
    if not same(found, one[2]) then
      s.by_hand("'%s': %s is %s; set %s in %s", clip.name, one[1], found, one[3] or one[2], where)
    elseif clip.was_there and not same(found, before) then
      s.note("'%s' was in the pool already: its %s is now %s, it was %s", clip.name, one[1], found, before)
    end
  end
end

--- The media pool item of a clip, imported into our bin, or found where the editor has it already.
local function pool_item(s, clip)
  local what, path, count = clip.first, clip.first, media_count(clip)
  if is_sequence(clip) then
    what = {FilePath = clip.folder .. clip.pattern, StartIndex = clip.start_index, EndIndex = clip.end_index}
    path = clip.folder .. clip.pattern:gsub("%%0(%d)d", function(digits)
      return ("[%0" .. digits .. "d-%0" .. digits .. "d]"):format(clip.start_index, clip.end_index)
    end)
  end
  open_bin(s)
  local made = ask_all(s.pool, "ImportMedia", {what})
  local item = must(made[1] or in_pool(ask(s.pool, "GetRootFolder"), path), "Resolve does not import %s", path)
  clip.was_there = made[1] == nil
  local frames = ask(item, "GetClipProperty", "Frames") or count
  if #made > 1 or (is_sequence(clip) and not same(frames, count)) then
    trouble("Resolve sees %s frames in %s clips, not one clip of %s", frames, math.max(#made, 1), count)
  end
  local wanted = {}
  if is_sequence(clip) and (ask(item, "GetClipProperty", "FPS") or "") ~= "" then
    wanted[#wanted + 1] = {"FPS", rate_text(clip.fps)}
  end
  if clip.alpha == "premultiplied" then wanted[#wanted + 1] = {"Alpha mode", "Premultiplied"} end
  if (clip.input_colour_space or "") ~= "" then wanted[#wanted + 1] = {"Input Color Space", clip.input_colour_space} end
  set_properties(s, item, "ClipProperty", wanted, clip, "Clip Attributes")
  return item
end

--- Where a clip starts, as Resolve counts: from midnight, not from the timeline's first frame.
local function record(s, clip) return ask(s.timeline, "GetStartFrame") + clip.record_first end

--- What is wrong with what landed, in words; nil when nothing is.
local function fault(s, number, clip, media, landed, before)
  if occupancy(s) ~= before then return "it lands on another track" end
  if #landed ~= 1 then return say("Resolve hands out %s clips for it", #landed) end
  local start, duration = ask(landed[1], "GetStart"), ask(landed[1], "GetDuration")
  local id = identity(ask(landed[1], "GetMediaPoolItem"))
  if start ~= record(s, clip) or duration ~= clip.record_count or id ~= identity(media) then
    return say("it starts at frame %s and lasts %s frames of media %s", start, duration, id)
  end
  local head = ask(landed[1], "GetLeftOffset")
  if head and same(clip.fps, s.fps) and math.floor(head) ~= clip.in_frame then
    return say("it begins %s pictures into its media instead of %s", head, clip.in_frame)
  end
  if not head then s.note("'%s': its in point cannot be read back", clip.name) end
end

--- What to try: versions differ in whether a sequence is counted from 0 or by its file numbers, and in whether
--- endFrame is included. Only measuring tells; what worked for this kind of media comes first.
local function ways(s, clip)
  local step, found = math.max(1, math.ceil(clip.fps / s.fps)), {s.learned[clip.kind]}
  for _, base in ipairs(clip.kind == "movie" and {0} or {0, clip.start_index}) do
    for _, extra in ipairs({0, -1, 1, -step, step}) do
      found[#found + 1] = {by_file_number = base ~= 0, extra = extra}
    end
  end
  return found
end

--- Append a clip and measure what landed; a wrong try is taken off again and the next way tried.
local function place(s, number, clip, media)
  local count, why = pictures(clip, s.fps), nil
  for _, way in ipairs(ways(s, clip)) do
    select_ours(s)
    local before, with_it = occupancy(s), occupancy(s, number)
    local start = clip.in_frame + (way.by_file_number and clip.start_index or 0)
    local answer = ask_all(s.pool, "AppendToTimeline", {{
      mediaPoolItem = media, startFrame = start, endFrame = start + count + way.extra, mediaType = 1,
      trackIndex = number, recordFrame = record(s, clip)}})
    local landed = {}
    for _, item in ipairs(answer) do landed[#landed + 1] = ask(item, "GetDuration") and item end
    if occupancy(s) ~= before then
      local found = fault(s, number, clip, media, landed, with_it)
      if not found then
        s.learned[clip.kind] = way
        return landed[1]
      end
      why = why or found
      for _ = 1, 2 do -- the first DeleteClips fails now and then
        if occupancy(s) ~= before then ask(s.timeline, "DeleteClips", landed, false) end
      end
      if occupancy(s) ~= before then break end
    end
  end
  trouble("'%s' is not on track %s: %s", clip.name, number, why or "Resolve places nothing there")
end

--- Give a placed clip its speed, possible since Resolve 21.1; before that only the editor can.
local function set_speed(s, placed, clip)
  local percent = 100 * clip.speed
  ask(placed, "SetSpeed", {Percentage = percent, RippleTimeline = false})
  local found = ask(placed, "GetSpeed")
  if type(found) == "table" and same(found.Percentage, percent) and ask(placed, "GetDuration") == clip.record_count then
    return s.note("'%s' runs at %s %%: compare its ends with the plate", clip.name, percent)
  end
  s.by_hand("'%s' holds its place at normal speed: give it %s %% in Change Clip Speed, without rippling, or import "
    .. "return.otio instead", clip.name, percent)
end

--- What the delivery says of a placed clip beside its place.
local function dress(s, placed, clip, is_layer)
  local retime, motion, wanted = RETIME[clip.interpolation], MOTION[clip.motion], {}
  local function number_of(constant) return tonumber(s.resolve[constant[1]]) or constant[2] end
  if clip.speed ~= 1 and media_count(clip) > 1 then set_speed(s, placed, clip) end
  if retime then wanted[1] = {"RetimeProcess", number_of(retime), clip.interpolation} end
  if retime == RETIME.flow and motion then wanted[2] = {"MotionEstimation", number_of(motion), clip.motion} end
  if is_layer and (clip.opacity or 100) ~= 100 then wanted[#wanted + 1] = {"Opacity", clip.opacity} end
  set_properties(s, placed, "Property", wanted, clip, "the Inspector")
end

local function place_all(s)
  local items, expected = {}, {}
  for number, track in ipairs(s.delivery.tracks) do
    expected[number] = {}
    for _, clip in ipairs(track.clips) do
      items[clip.first] = items[clip.first] or pool_item(s, clip)
      dress(s, place(s, number, clip, items[clip.first]), clip, track.is_layer)
      expected[number][record(s, clip)] = {clip.record_count, identity(items[clip.first]), clip.name}
    end
  end
  return expected
end

--- What is on the timeline in the end is what was placed, and nothing else.
local function read_back(s, expected)
  select_ours(s)
  for number, wanted in ipairs(expected) do
    for _, item in ipairs(ask_all(s.timeline, "GetItemListInTrack", "video", number)) do
      local start = ask(item, "GetStart")
      local one = wanted[start] or {}
      if one[1] ~= ask(item, "GetDuration") or one[2] ~= identity(ask(item, "GetMediaPoolItem")) then
        trouble("'%s' on track %s is not as it was placed", one[3] or ask(item, "GetName"), number)
      end
      wanted[start] = nil
      table.insert(s.report.placed, {track = number, name = one[3], start = start, duration = one[1]})
    end
    local frame, one = next(wanted)
    if frame then trouble("'%s' is gone from track %s, frame %s", one[3], number, frame) end
  end
  for number = 1, track_count(s, "audio") do
    if #ask_all(s.timeline, "GetItemListInTrack", "audio", number) > 0 then trouble("audio came along unasked") end
  end
end

--- A marker on the first free frame from one on: a frame holds one.
local function mark(s, frame, colour, name, note)
  while s.marked[frame] do frame = frame + 1 end
  s.marked[frame] = true
  if not ask(s.timeline, "AddMarker", frame, colour, name, note, 1) then
    s.by_hand("a marker is missing at frame %s: %s", frame, note)
  end
end

local function assemble(s)
  make_bin(s)
  make_timeline(s)
  set_up(s)
  name_tracks(s)
  read_back(s, place_all(s))
  for _, marker in ipairs(s.delivery.markers or {}) do
    mark(s, marker.record_frame, marker.colour, marker.name, marker.note)
  end
  if #s.report.by_hand > 0 then -- few editors have the Console open
    mark(s, 0, "Red", ENTRY, table.concat(s.report.by_hand, "\n"))
  end
  s.report.done = say("'%s', a timeline of its own: %s clips placed", s.report.timeline, #s.report.placed)
end

--- Take away what is ours, put back what was there, open what was open; what Resolve keeps, in words.
local function put_back(s)
  local function ours() return s.id and first(timelines(s), with_id(s.id)) end
  local function reopen()
    show(s, s.open_timeline)
    if s.open_folder then ask(s.pool, "SetCurrentFolder", s.open_folder) end
  end
  local function our_bin()
    return s.bin and first(ask_all(ask(s.pool, "GetRootFolder"), "GetSubFolderList"), with_id(s.bin_id))
  end
  local steps = {
    reopen,
    function() if ours() then ask(s.pool, "DeleteTimelines", {ours()}) end end,
    function()
      for _, one in ipairs(s.changed) do
        if (one[3] or "") ~= "" then ask(one[1], "SetClipProperty", one[2], one[3]) end
      end
    end,
    function() if our_bin() then ask(s.pool, "DeleteFolders", {our_bin()}) end end,
    reopen}
  local function left()
    if not ask(s.project, "GetTimelineCount") then return "what was made" end -- it does not answer
    return ours() and "a timeline" or our_bin() and "a bin"
  end
  local clean, told, what = 0, false, nil
  for _ = 1, ROUNDS do -- a window may swallow calls for a while: nothing found once is not believed
    for _, step in ipairs(steps) do pcall(step) end -- whatever fails, the rest is put back all the same
    told, what = pcall(left)
    clean = told and not what and clean + 1 or 0
    if clean == 2 then return "; the project is as it was" end
  end
  what = told and what or "what was made"
  return say("; Resolve keeps %s: look for '%s' and remove it by hand", what, s.delivery.name)
end

--- Build the stack, or leave the project as it was and stop.
local function import(resolve, project, delivery, report)
  local pool = must(ask(project, "GetMediaPool"), "Resolve shows no media pool")
  local s = {
    resolve = resolve, project = project, pool = pool, delivery = delivery, fps = delivery.fps, report = report,
    open_timeline = identity(ask(project, "GetCurrentTimeline")), open_folder = ask(pool, "GetCurrentFolder"),
    learned = {}, changed = {}, marked = {},
    by_hand = function(...) table.insert(report.by_hand, say(...)) end,
    note = function(...) table.insert(report.notes, say(...)) end}
  ask(resolve, "OpenPage", "edit") -- where DeleteClips works
  local built, why = pcall(assemble, s)
  if built then return end
  local after = put_back(s)
  report.timeline, report.placed, report.by_hand = Null, setmetatable({}, List), setmetatable({}, List)
  trouble("%s%s", type(why) == "table" and why.sentence or say("stopped by %s", why), after)
end

-- --- the menu entry -----------------------------------------------------------------------------------------------

local function find_resolve()
  local found = resolve or ask(app, "GetResolve") or (Resolve and Resolve()) or (bmd and bmd.scriptapp("Resolve"))
  return must(found, "this is not Resolve: run it from Workspace > Scripts")
end

--- The path chosen in a dialog; without dialogs the last one that the toolkit wrote.
local function find_delivery()
  local kept = (os.getenv("HOME") or os.getenv("USERPROFILE") or ".") .. "/.toolkit/last_delivery.txt"
  local file, last = io.open(kept, "rb"), ""
  if file then
    last = (file:read("*l") or ""):gsub("%s+$", "")
    file:close()
  end
  if fusion and fusion.RequestFile then return must(fusion:RequestFile(last), "no delivery was chosen") end
  if last == "" then trouble("which delivery.json? %s is not there", kept) end
  return last
end

--- Print the report and write it beside the delivery.
local function tell(report)
  print(ENTRY .. ": " .. (report.done ~= "" and report.done or "nothing was done"))
  for _, kind in ipairs({"problems", "by_hand", "notes"}) do
    local label = kind:gsub("s$", ""):gsub("_", " ")
    for _, sentence in ipairs(report[kind]) do print("  " .. label .. ": " .. sentence) end
  end
  if report.delivery == Null then return end
  local path = (report.delivery:match("^(.*[/\\])") or "") .. "resolve_report.json"
  local file, why = io.open(path .. ".part", "wb")
  local written = file and file:write(write_json(report, ""), "\n") and file:close()
  if written then os.remove(path) end -- Windows renames onto no file that is there
  if not written or not os.rename(path .. ".part", path) then
    print("  the report is not written: " .. (why or path))
  end
end

local function main()
  local function list() return setmetatable({}, List) end
  local report = {
    entry = ENTRY, resolve = Null, delivery = Null, timeline = Null, done = "", placed = list(), problems = list(),
    by_hand = list(), notes = list()}
  local done, why = pcall(function()
    local host = find_resolve()
    local project = must(ask(ask(host, "GetProjectManager"), "GetCurrentProject"),
      "no project is open in Resolve, or a dialog there is, which makes every call fail")
    local path = find_delivery()
    local delivery = read_delivery(path)
    report.delivery, report.resolve = path, ask(host, "GetVersionString") or Null
    for _, note in ipairs(delivery.notes) do table.insert(report.notes, tostring(note)) end
    import(host, project, delivery, report)
  end)
  if not done then table.insert(report.problems, type(why) == "table" and why.sentence or say("stopped by %s", why)) end
  tell(report)
  return report
end

return main()
