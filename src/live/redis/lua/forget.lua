#!lua
--[[
Removes all that is kept of a session, and nothing of another one under its id.

KEYS
  1 head
  2 tail
  3 open
ARGV
  1 uid  of the session
Reply
  1 now  the time, ms
Values
  head, tail  as install.lua says
  open        as publish.lua says
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function of(value) return string.match(value or "", "^(%S+) ") end
if of(redis.call("GETRANGE", KEYS[1], 0, 127)) == ARGV[1] then redis.call("DEL", KEYS[1]) end
if of(redis.call("LINDEX", KEYS[2], -1)) == ARGV[1] then redis.call("DEL", KEYS[2]) end
if of(redis.call("GETRANGE", KEYS[3], 0, 127)) == ARGV[1] then redis.call("DEL", KEYS[3]) end
return { now }
