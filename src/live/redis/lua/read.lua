#!lua flags=no-writes
--[[
Gives what the view has of a session, and what time it is.

KEYS
  1 head
  2 tail
ARGV
  1 after   events after this seq are wanted; empty: none are
Reply
  1 now     the time, ms
  2 head    the value as install.lua wrote it; nil if there is none
  3 events  elements of the tail after `after` up to the head's version;
            nil if they were not wanted or are not all here
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local head = redis.call("GET", KEYS[1])
local after = tonumber(ARGV[1])
if not head or not after then return { now, head, false } end

local uid, version, rewrite = string.match(head, "^(%S+) (%d+) (%d+) ")
version = tonumber(version)
if not version then return { now, head, false } end
if after >= version then return { now, head, {} } end

-- install.lua keeps the tail gapless and of one name, so its last element
-- tells what all of them are.
local last = redis.call("LINDEX", KEYS[2], -1)
if not last then return { now, head, false } end
local last_uid, last_rewrite, last_seq = string.match(last, "^(%S+) (%d+) (%d+) ")
local first_seq = last_seq - redis.call("LLEN", KEYS[2]) + 1
local same = last_uid == uid and last_rewrite == rewrite
if not same or first_seq > after + 1 or tonumber(last_seq) < version then
  return { now, head, false }
end
return { now, head, redis.call("LRANGE", KEYS[2], after + 1 - first_seq, version - first_seq) }
