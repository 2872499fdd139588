-- Says when a dial may start, so that all workers together start no more than the account allows.
--   KEYS[1]  reserved dials by moment
--   ARGV[1]  now (ms)   ARGV[2]  ms between two dials   ARGV[3]  name of the dial   ARGV[4]  1 if urgent
-- An urgent dial reserves the next free moment. One that can wait takes a moment only when it is
-- free right now, and is else told when to ask again; so urgent dials always come first.
-- Answers the moment (ms); the dial may start when it is not later than now.
local now, gap = tonumber(ARGV[1]), tonumber(ARGV[2])
local mine = redis.call('ZSCORE', KEYS[1], ARGV[3])
if mine then return mine end
-- What lies ten minutes ahead was written by a host whose clock is wrong.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('%.0f', now + 600000), '+inf')
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
local free = now
if last[2] and tonumber(last[2]) + gap > now then free = tonumber(last[2]) + gap end
local moment = string.format('%.0f', free)
if ARGV[4] == '1' or free <= now then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - 60000))
  redis.call('ZADD', KEYS[1], moment, ARGV[3])
end
return moment
