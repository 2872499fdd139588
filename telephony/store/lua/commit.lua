-- Replaces a contact if nobody else did so first, together with everything that depends on it.
--   KEYS[1]  the contact's record, "<version> <JSON>"
--   KEYS[2]  RQ's queue      KEYS[3]  RQ's set of queues      KEYS[4]  the claims
--   ARGV[1]  the version that was read; '0' when there must be no record yet
--   ARGV[2]  prefix of RQ's job keys, ARGV[3] function, ARGV[4] queue name, ARGV[5] time-out (s)
--   ARGV[6…] the changes: each its number of words, then the words. A change is a Redis command, or
--            RELEASE address value        free a member if they are still claimed by this value
--            WAKE contact job stamp       put a wake-up job into the queue
-- Answers 1, or 0 when the version has changed and nothing was written.
local there = redis.call('GETRANGE', KEYS[1], 0, 15)
local version = '0'
if there ~= '' then version = string.match(there, '^(%d+) ') end
if version ~= ARGV[1] then return 0 end
local at = 6
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  local name = ARGV[at + 1]
  if name == 'RELEASE' then
    if redis.call('HGET', KEYS[4], ARGV[at + 2]) == ARGV[at + 3] then
      redis.call('HDEL', KEYS[4], ARGV[at + 2])
    end
  elseif name == 'WAKE' then
    enqueue(KEYS[2], KEYS[3], ARGV[2], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4],
      ARGV[3], ARGV[4], ARGV[5])
  else
    redis.call(unpack(ARGV, at + 1, at + words))
  end
  at = at + words + 1
end
return 1
