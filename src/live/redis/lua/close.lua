#!lua
--[[
Says that messages are in the log: drops the text so far of the open one, if it
is among them, and remembers them, so that nothing more is taken of them.

KEYS
  1 open
ARGV
  1 uid       of their session
  2 silence   how long the value stays, ms
  3 most      how many closed messages are remembered
  + messages  their ids
Reply
  1 now       the time, ms
Values
  open  as publish.lua says
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local uid = ARGV[1]

local value = redis.call("GET", KEYS[1]) or ""
local of, open, opening, since, role, last, closed, start =
  string.match(value, "^(%S+) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)\n()")
opening = opening or now
if of ~= uid then open, since, role, last, closed, start = "-", 0, 0, 0, "-", #value + 1 end

local ids, seen = {}, {}
local function remember(id)
  if seen[id] or #ids == tonumber(ARGV[3]) then return end
  seen[id] = true
  ids[#ids + 1] = id
end
-- The open one first, so that it is remembered however many they are.
local ends = false
for i = 1, #ARGV - 3 do
  if ARGV[3 + i] == open then ends = true end
end
if ends then remember(open) end
for i = 1, #ARGV - 3 do remember(ARGV[3 + i]) end
for id in string.gmatch(closed, "[^,]+") do
  if id ~= "-" then remember(id) end
end
if ends then open, since, role, last, start = "-", 0, 0, 0, #value + 1 end

local form = "%s %s %s %s %s %07d ,%s\n"
local header = string.format(form, uid, open, opening, since, role, last, table.concat(ids, ","))
redis.call("SET", KEYS[1], header .. string.sub(value, start), "PX", ARGV[2])
return { now }
