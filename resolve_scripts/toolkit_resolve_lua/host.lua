-- Calls to Resolve, for every Lua entry. They use only what every Resolve offers: from 21.1 the free edition runs its
-- menu scripts without io, os, require, package, ffi, debug and windows.
--
-- While a dialog is open, or Resolve is busy, every call returns nil. A getter that always has an answer is therefore
-- asked again, and nothing is concluded from what was not answered. Some versions answer a failure with a text, so
-- nothing is concluded from an answer's mere presence either: every change is read back.

local PAUSES = {0, 0.1, 0.3, 0.6, 1} -- seconds before each further attempt to get an answer
local NOT_ANSWERING = "Resolve does not answer; is a dialog open?"

--- Format a sentence with %s, for values of any type.
local function format_message(sentence, ...)
  local words, count = {...}, select("#", ...)
  for place = 1, count do words[place] = tostring(words[place]) end
  return sentence:format((unpack or table.unpack)(words, 1, count))
end

--- Raise an error with a sentence for the editor.
local function fail(...) error({sentence = format_message(...)}, 0) end

--- Return the sentence of an error, expected or not.
local function describe_error(why)
  if type(why) == "table" and why.sentence then return why.sentence end
  return format_message("stopped by an unexpected error (%s): try again; if it happens again, send us this message and "
    .. "the report of Toolkit Self Check", why)
end

local function pause(seconds)
  if seconds > 0 and bmd and bmd.wait then bmd.wait(seconds) end
end

--- Call a method; nil if this Resolve lacks it.
local function call(target, method, ...)
  local found = target and target[method]
  if found then return found(target, ...) end
end

local function is_answer(found) return found ~= nil end

--- Return whether a value is a list without holes, as an unanswered item leaves.
local function is_whole_list(found)
  if type(found) ~= "table" then return false end
  local highest, count = 0, 0
  for place in pairs(found) do highest, count = math.max(highest, place), count + 1 end
  return highest == count
end

local function call_until(is_right, target, method, ...)
  local found = call(target, method, ...)
  for _, seconds in ipairs(PAUSES) do
    if is_right(found) then return found end
    pause(seconds)
    found = call(target, method, ...)
  end
  if not is_right(found) then fail(NOT_ANSWERING) end
  return found
end

--- Call a getter that always has an answer, again if it has none; raise an error if there is none.
local function ask(target, method, ...) return call_until(is_answer, target, method, ...) end

--- The same for a list, which must have no holes. An empty one, which may also be a failure, is asked for twice.
local function ask_list(target, method, ...)
  local found = call_until(is_whole_list, target, method, ...)
  return #found > 0 and found or call_until(is_whole_list, target, method, ...)
end

--- Return the persistent id; handles are new on every call, and expire.
local function ask_id(target) return ask(target, "GetUniqueId") end

--- Call a getter for which nil is an answer as well: it counts once Resolve has answered something else.
local function ask_optional(target, method, ...)
  local found = call(target, method, ...)
  if found == nil and target ~= nil then
    ask_id(target)
    found = call(target, method, ...)
  end
  return found
end

--- Call a method that may be called twice, once more if it was not answered.
local insist = ask_optional

--- Return {id = true} of a list of objects.
local function ids_of(objects)
  local found = {}
  for _, one in ipairs(objects) do found[ask_id(one)] = true end
  return found
end

--- Return the objects whose id is not in ``known``.
local function find_new(objects, known)
  local found = {}
  for _, one in ipairs(objects) do
    if not known[ask_id(one)] then found[#found + 1] = one end
  end
  return found
end

--- Return the first item for which ``matches`` is true.
local function find_first(items, matches)
  for _, item in ipairs(items) do
    if matches(item) then return item end
  end
end

--- Return whether two texts or numbers are equal; Resolve writes a rate as 24.0, "23.976" or "29.97 DF".
local function is_same_value(found, expected)
  local one, other = tonumber(tostring(found):match("^%S+")), tonumber(tostring(expected):match("^%S+"))
  if one and other then return math.abs(one - other) < 0.006 end
  return found == expected
end

--- Return the running Resolve, from whichever global this version has.
local function find_resolve()
  local candidates = {
    function() return resolve end, function() return call(app, "GetResolve") end, function() return Resolve() end,
    function() return bmd.scriptapp("Resolve") end}
  for _, candidate in ipairs(candidates) do
    local is_there, found = pcall(candidate)
    if is_there and found ~= nil and type(found) ~= "string" then return found end
  end
  fail("this script is not running in Resolve: run it from Workspace > Scripts")
end

local function find_project(host)
  local is_open, project = pcall(function() return ask(ask(host, "GetProjectManager"), "GetCurrentProject") end)
  if not is_open then fail("no project is open in Resolve, or an open dialog blocks all calls; close it") end
  return project
end

--- Return the user's home folder, or nil.
local function find_home()
  for _, name in ipairs({"HOME", "USERPROFILE"}) do
    local is_read, found = pcall(function() return fusion:GetEnv(name) end)
    if is_read and type(found) == "string" and found ~= "" then return found end
    if os and os.getenv and os.getenv(name) then return os.getenv(name) end
  end
end

--- Print a report: what was done, and the problems, work by hand and notes.
local function print_report(entry, report)
  print(entry .. ": " .. (report.done or "nothing was done"))
  for _, kind in ipairs({{"problems", "problem"}, {"by_hand", "by hand"}, {"notes", "note"}}) do
    for _, sentence in ipairs(report[kind[1]]) do print("  " .. kind[2] .. ": " .. sentence) end
  end
end
