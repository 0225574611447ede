#!lua flags=no-writes
--[[
Gives what the view has of a session, and what time it is.

KEYS
  1 head
  2 tail
ARGV
  1 after   events after this seq are wanted; empty: none are
  2 last    so many of the last events are wanted, or as many as are here; empty: as `after` says
Reply
  1 now     the time, ms
  2 head    the value as install.lua wrote it; nil if there is none
  3 events  elements of the tail that are wanted, up to the head's version;
            nil if none were, or of those after `after` not all are here
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local head = redis.call("GET", KEYS[1])
local after, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
if not head or not (after or wanted) then return { now, head, false } end

local uid, version, rewrite = string.match(head, "^(%S+) (%d+) (%d+) ")
version = tonumber(version)
if not version then return { now, head, false } end
after = after or math.max(version - wanted, 0)
if after >= version then return { now, head, {} } end

-- install.lua keeps the tail gapless and of one name, so its last element
-- tells what all of them are.
local last = redis.call("LINDEX", KEYS[2], -1)
if not last then return { now, head, false } end
local last_uid, last_rewrite, last_seq = string.match(last, "^(%S+) (%d+) (%d+) ")
local first_seq = last_seq - redis.call("LLEN", KEYS[2]) + 1
if wanted then after = math.max(after, first_seq - 1) end
local same = last_uid == uid and last_rewrite == rewrite
if not same or first_seq > math.min(after + 1, version) or tonumber(last_seq) < version then
  return { now, head, false }
end
return { now, head, redis.call("LRANGE", KEYS[2], after + 1 - first_seq, version - first_seq) }
