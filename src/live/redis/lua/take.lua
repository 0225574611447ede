#!lua
--[[
Takes tokens of several buckets, or of none where one has too little. The law of a bucket is that
of domain/token-bucket.ts: it is the moment at which it is full again, and owes what it gave beyond
what it holds.

A process may want more than a call costs, to have it in hand for the next ones. It is lent at most
a 64th of what remains, and nothing where that would not be enough for one more such call of each
bucket: so a bucket that is nearly empty gives what it has exactly, to whoever asks first.

KEYS
  1 tenant
  2 user
  3 key      the user's once more where the call was made with no key
ARGV
  + charges  six numbers for each: whose bucket it is, as in KEYS; what it counts, as in the value;
             tokens that come in a minute; how many it holds; how many to take; how many more are
             wanted
Reply
  1 now       the time, ms
  2 admitted  1 if all was taken, 0 if nothing
  + standings four numbers for each charge: tokens that remain; how long it takes to be full, ms;
              how long the call has to wait for it, ms; tokens that were lent
Values
  tenant, user, key  "calls messages bytes", the moments at which these buckets are full again, ms
--]]
local time = redis.call("TIME")
local now = time[1] * 1000 + time[2] / 1000
local SLACK, SHARE = 0.01, 64

local full = {}
for i, value in ipairs(redis.call("MGET", KEYS[1], KEYS[2], KEYS[3])) do
  local calls, messages, bytes = string.match(value or "", "^(%S+) (%S+) (%S+)$")
  full[i] = { tonumber(calls) or 0, tonumber(messages) or 0, tonumber(bytes) or 0 }
end

local charges, admitted, lends = {}, true, true
for at = 1, #ARGV - 0, 6 do
  local of = {}
  for i = 0, 5 do of[i] = tonumber(ARGV[at + i]) end
  local c = { subject = of[0], kind = of[1], burst = of[3], cost = of[4], want = of[5] }
  c.token = 60000 / of[2]
  c.owes = math.max(full[c.subject][c.kind] - now, 0)
  c.wait = c.owes + (math.min(c.cost, c.burst) - c.burst) * c.token
  if c.cost <= 0 or c.wait <= SLACK * c.token then c.wait = 0 end
  c.share = math.floor((c.burst - c.owes / c.token - c.cost) / SHARE)
  admitted = admitted and c.wait == 0
  lends = lends and c.share >= c.cost
  charges[#charges + 1] = c
end

local reply, changed = { math.floor(now), admitted and 1 or 0 }, {}
for _, c in ipairs(charges) do
  local lent = 0
  if admitted and c.cost > 0 then
    if lends then lent = math.min(c.want, c.share) end
    c.owes = c.owes + (c.cost + lent) * c.token
    full[c.subject][c.kind] = now + c.owes
    changed[c.subject] = true
  end
  reply[#reply + 1] = math.max(math.floor(c.burst - c.owes / c.token + SLACK), 0)
  reply[#reply + 1] = math.ceil(c.owes)
  reply[#reply + 1] = math.ceil(c.wait)
  reply[#reply + 1] = lent
end

local function text(i)
  return string.format("%.17g %.17g %.17g", full[i][1], full[i][2], full[i][3])
end
local function life(i)
  return math.max(math.ceil(math.max(full[i][1], full[i][2], full[i][3]) - now), 1)
end
if changed[1] then redis.call("SET", KEYS[1], text(1), "PX", life(1)) end
if changed[2] then redis.call("SET", KEYS[2], text(2), "PX", life(2)) end
if changed[3] then redis.call("SET", KEYS[3], text(3), "PX", life(3)) end
return reply
