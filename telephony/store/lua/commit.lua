-- Replaces a contact if nobody else did so first, together with everything that depends on it.
--   KEYS[1]  the contact's record, "<version> <JSON>"
--   KEYS[2]  RQ's queue      KEYS[3]  RQ's set of queues      KEYS[4]  the claims
--   KEYS[5]  the mark of the event
--   ARGV[1]  the record that was read; '' when there must be none yet
--   ARGV[2]  prefix of RQ's job keys, ARGV[3] function, ARGV[4] queue name, ARGV[5] time-out (s)
--   ARGV[6…] the changes: each its number of words, then the words. A change is a Redis command, or
--            RELEASE address value        free a member if they are still claimed by this value
--            WAKE contact job stamp       put a wake-up job into the queue
-- Answers nothing; or, when nothing was written because the record has changed or the event was
-- applied before, what is there: the record ('' for none), and whether the event was applied.
local there = redis.call('GET', KEYS[1]) or ''
if there ~= '' or ARGV[1] ~= '' then
  local seen = redis.call('EXISTS', KEYS[5])
  if there ~= ARGV[1] or seen == 1 then return {there, seen} end
end
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
return false
