#!lua
--[[
Takes a fragment of the message that is being written, and tells who listens.

  offset 0        begins the message, or begins it anew under a new opening; the same first
                  fragment once more changes nothing
  at the end      is added
  before the end  is there already; what reaches beyond is for the caller to send alone
  beyond the end  is refused, as is what follows on nothing that is known

Offsets count UTF-16 code units. Nothing here looks into a text: its caller says how long it is.

KEYS
  1 head
  2 open
  3 wake
ARGV
  1 uid      of the session its publisher was let into
  2 version  of the head that let it in
  3 message  id, no blanks
  4 role
  5 offset
  6 length   of the text, in code units
  7 text
  8 silence  how long the value stays after it, ms
Reply
  1 now      the time, ms
  2 outcome  taken, gap, overlap, unknown, closed or moved
  3 end      of the text so far, in code units; 0 where there is none
Values
  open  "uid message opening since role end closed\n" text
        message: "-" if none is open; end: seven digits; closed: ids, comma before each, or "-"
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local uid, version, message, role = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local offset, length, text = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]

local head = redis.call("GETRANGE", KEYS[1], 0, 127)
local h_uid, h_version = string.match(head, "^(%S+) (%d+) ")
if h_uid and (h_uid ~= uid or tonumber(h_version) > tonumber(version)) then
  return { now, "moved", 0 }
end

local value = redis.call("GETRANGE", KEYS[2], 0, 2559)
local of, open, opening, since, o_role, last, closed, start =
  string.match(value, "^(%S+) (%S+) (%d+) (%d+) (%d+) (%d+) (%S+)\n()")
opening, last = tonumber(opening or 0), tonumber(last or 0)
if of ~= uid then open, since, last, closed = "-", version, 0, "-" end
if string.find(closed .. ",", "," .. message .. ",", 1, true) then return { now, "closed", 0 } end

local mine = open == message
local function header(to)
  local form = "%s %s %d %s %s %07d %s\n"
  return string.format(form, uid, message, opening, since, o_role, to, closed)
end
local function tell()
  local name = table.concat({ uid, message, opening, since, o_role, offset }, " ")
  redis.call("SPUBLISH", KEYS[3], name .. "\n" .. text)
end
local function repeated()
  return mine and last == length and redis.call("GETRANGE", KEYS[2], start - 1, -1) == text
end

if offset == 0 and not repeated() then
  -- Later openings have greater numbers, whatever the clock does.
  opening, o_role, last = math.max(now, opening + 1), role, length
  if not mine then since = version end
  redis.call("SET", KEYS[2], header(last) .. text, "PX", ARGV[8])
  tell()
elseif not mine then
  return { now, open == "-" and "unknown" or "gap", 0 }
elseif offset > last then
  return { now, "gap", last }
elseif offset == last then
  last = last + length
  redis.call("SETRANGE", KEYS[2], 0, header(last))
  redis.call("APPEND", KEYS[2], text)
  redis.call("PEXPIRE", KEYS[2], ARGV[8])
  tell()
elseif offset + length > last then
  return { now, "overlap", last }
end
return { now, "taken", last }
