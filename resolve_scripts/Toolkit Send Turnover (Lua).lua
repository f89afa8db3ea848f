--[[ Export the open timeline for the toolkit. Menu: Workspace > Scripts. Changes nothing in the project.

For editions that do not list Python scripts (free, from 21.1). Writes only Resolve's own OTIO export, with transitions
and speeds: then run "toolkit run <name>.otio". Selections, in and out points and colour management are not sent; the
Python entry does that. ]]

-- include: host

local ENTRY = "Toolkit Send Turnover (Lua)"

--- Return a name that is valid in a file name on every system.
local function to_file_name(name)
  local found = name:gsub("[^%w ._-]", "_"):gsub("^[ .]+", ""):gsub("[ .]+$", "")
  return found ~= "" and found or "timeline"
end

--- Return the folder chosen in a dialog; without dialogs the home folder.
local function choose_folder()
  if fusion and fusion.RequestDir then
    local found = fusion:RequestDir()
    if type(found) ~= "string" or found == "" then fail("no folder was selected") end
    return (found:gsub("[/\\]+$", ""))
  end
  local home = find_home()
  if not home then fail("this Resolve shows no folder dialog and does not report the home folder") end
  return home
end

local function send(report)
  local host = find_resolve()
  local timeline = ask_optional(find_project(host), "GetCurrentTimeline")
  if not timeline then fail("no timeline is open") end
  local kind, part = host.EXPORT_OTIO, host.EXPORT_NONE
  if type(kind) ~= "number" or type(part) ~= "number" then
    fail("this Resolve cannot export OTIO from a script: use File > Export > Timeline, type OpenTimelineIO")
  end
  local name = ask(timeline, "GetName")
  local path = choose_folder() .. "/" .. to_file_name(name) .. ".otio"
  -- Nothing but true is a success: some versions answer a failure with a text.
  if insist(timeline, "Export", path, kind, part) ~= true then
    fail("Resolve did not export '%s' to %s: use File > Export > Timeline, type OpenTimelineIO", name, path)
  end
  report.done = format_message("'%s' is exported to %s; next: toolkit run \"%s\" -o out", name, path, path)
end

local function main()
  local report = {problems = {}, by_hand = {}, notes = {}}
  local is_done, why = pcall(send, report)
  if not is_done then table.insert(report.problems, describe_error(why)) end
  print_report(ENTRY, report)
  return report
end

return main()
