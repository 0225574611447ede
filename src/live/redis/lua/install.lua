#!lua
--[[
Offers a copy of a session. The rule of coherence is decided here:

  newer version  replaces
  same version   the later freshness replaces the whole; a held stamp beyond
                 now + bound is from another clock and yields
  older version  never replaces
  another uid    replaces. Unless it was asked for after the held one was installed, nobody can
                 tell which came first: neither it nor any copy asked for until now is fresh.

KEYS
  1 head
  2 tail
  3 wake
ARGV
  1 uid         no blanks
  2 version
  3 rewrite     rewrite_seq
  4 as_of       moment before the journal was asked, ms; 0: none is known
  5 bound       staleness bound, ms
  6 residency   how long the keys stay, ms; at least twice the bound
  7 max_events  limits of the tail
  8 max_bytes
  9 blob        the head, encoded
  + events      consecutive, the last one is `version`
Reply
  1 now         the time, ms
Values
  head  "uid version rewrite fresh_until installed floor\n" blob
  tail  elements "uid rewrite seq edge\n" event; edge: bytes up to its end
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local uid, rewrite, blob = ARGV[1], ARGV[3], ARGV[9]
local version, as_of, bound = tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])
-- A moment that has not been yet is another clock's and says nothing.
local function past(moment) return tonumber(moment) <= now and tonumber(moment) or 0 end
local held = redis.call("GETRANGE", KEYS[1], 0, 511)
local h_uid, h_version, h_rewrite, h_until, h_installed, h_floor =
  string.match(held, "^(%S+) (%d+) (%d+) (%d+) (%d+) (%d+)\n")
h_version, h_until = tonumber(h_version), tonumber(h_until)
local same = h_uid == uid
local floor = same and past(h_floor) or 0
if h_uid and not same and past(as_of) <= past(h_installed) then floor = now end
local fresh_until = past(as_of) > floor and as_of + bound or 0

local new = not same or version > h_version
if new or (version == h_version and (fresh_until > h_until or h_until > now + bound)) then
  local header = table.concat({ uid, version, rewrite, fresh_until, now, floor }, " ")
  redis.call("SET", KEYS[1], header .. "\n" .. blob, "PX", ARGV[6])
elseif rewrite ~= h_rewrite then
  return { now }
end

-- The tail is gapless and of the head's uid and rewrite_seq only. It starts anew where an offered
-- event leaves a gap, or is another than it has (a journal that was set back goes on with others).
local tail, name, events = KEYS[2], uid .. " " .. rewrite, #ARGV - 9
local before = version - events
local function look(index)
  local element = redis.call("LINDEX", tail, index) or ""
  local of, seq, edge, start = string.match(element, "^(%S+ %d+) (%d+) (%-?%d+)\n()")
  return of, tonumber(seq), tonumber(edge), start and #element - start + 1
end
local function offered(seq) return ARGV[9 + seq - before] end
local function put(push, seq, edge)
  redis.call(push, tail, name .. " " .. seq .. " " .. edge .. "\n" .. offered(seq))
end
local of, last, edge = look(-1)
local _, first, first_edge, size = look(0)
local anew = of and (of ~= name or (events > 0 and before > last))
for seq = math.max(before + 1, first or 0), of and not anew and math.min(version, last) or 0 do
  local held = redis.call("LINDEX", tail, seq - first)
  anew = anew or string.sub(held, string.find(held, "\n") + 1) ~= offered(seq)
end
if anew then redis.call("DEL", tail) end
if events > 0 then
  if of and not anew and version >= first - 1 then
    for seq = first - 1, before + 1, -1 do
      first_edge = first_edge - size
      put("LPUSH", seq, first_edge)
      size = #offered(seq)
    end
  end
  if anew or not of then last, edge = before, 0 end
  for seq = last + 1, version do
    edge = edge + #offered(seq)
    put("RPUSH", seq, edge)
  end
  redis.call("LTRIM", tail, -ARGV[7], -1)
  _, first, first_edge, size = look(0)
  while first and edge - first_edge + size > tonumber(ARGV[8]) do
    redis.call("LPOP", tail)
    _, first, first_edge, size = look(0)
  end
  redis.call("PEXPIRE", tail, ARGV[6])
end

if new then redis.call("SPUBLISH", KEYS[3], uid .. ":" .. version) end
return { now }
