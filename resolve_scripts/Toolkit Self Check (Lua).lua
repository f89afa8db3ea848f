--[[ Report what Lua scripts can do in this Resolve. Menu: Workspace > Scripts. Changes nothing.

From 21.1 the free edition runs its menu scripts in a sandbox. This prints to Workspace > Console which globals and
which calls that the toolkit needs are there; send us what it prints. ]]

-- include: host

local ENTRY = "Toolkit Self Check (Lua)"
local GLOBALS = {
  "io", "os", "require", "package", "ffi", "debug", "dofile", "loadfile", "setfenv", "pcall", "unpack", "resolve",
  "Resolve", "fusion", "fu", "app", "bmd", "comp"}
local FUSION_CALLS = {"GetEnv", "MapPath", "RequestFile", "RequestDir", "UIManager"}

--- Return the type of what ``get`` returns, "nil" included, or that it raises an error.
local function type_of(get)
  local is_read, found = pcall(get)
  return is_read and type(found) or "an error"
end

local function measure(report)
  for _, name in ipairs(GLOBALS) do
    table.insert(report.notes, format_message("%s: %s", name, type_of(function() return _G[name] end)))
  end
  for _, name in ipairs(FUSION_CALLS) do
    table.insert(report.notes, format_message("fusion.%s: %s", name, type_of(function() return fusion[name] end)))
  end
  table.insert(report.notes, format_message("bmd.wait: %s", type_of(function() return bmd.wait end)))
  table.insert(report.notes, format_message("home folder: %s", find_home() and "found" or "not found"))
  local host = find_resolve()
  table.insert(report.notes, format_message("%s %s", ask(host, "GetProductName"), ask(host, "GetVersionString")))
  local project = find_project(host)
  table.insert(report.notes, format_message("EXPORT_OTIO: %s", type_of(function() return host.EXPORT_OTIO end)))
  table.insert(report.notes, format_message("timelines in the project: %s", ask(project, "GetTimelineCount")))
  report.done = format_message("%s facts; send us these lines", #report.notes)
end

local function main()
  local report = {problems = {}, by_hand = {}, notes = {}}
  local is_done, why = pcall(measure, report)
  if not is_done then table.insert(report.problems, describe_error(why)) end
  print_report(ENTRY, report)
  return report
end

return main()
