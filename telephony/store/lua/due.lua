-- Moves contacts whose moment has come to RQ's queue. Any number of processes may run it at once.
--   KEYS[1]  moments     KEYS[2]  missed moments     KEYS[3]  RQ's queue     KEYS[4]  RQ's queues
--   KEYS[5]  dials that wait for their turn, "<contact> <command>" by moment
--   ARGV[1]  now (ms)    ARGV[2]  when to look again if nobody works on the contact (ms)
--   ARGV[3]  how many at most        ARGV[4]  how long the queue may become
--   ARGV[5]  prefix of RQ's job keys, ARGV[6] function, ARGV[7] queue name, ARGV[8] time-out (s)
--   ARGV[9]  the present time as RQ writes it
-- A full queue is not filled further: what is due waits here, in order, and 10,000 moments in one
-- second neither bury a new caller's wake-up nor pile up while no worker runs.
-- Answers how many were moved, and the next moment ('' when there is none).
local room = tonumber(ARGV[4]) - redis.call('LLEN', KEYS[3])
local limit = math.min(tonumber(ARGV[3]), room)
local found = {}
if limit > 0 then
  found = redis.call('ZRANGE', KEYS[1], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
end
for place = 1, #found, 2 do
  local id = found[place]
  redis.call('ZADD', KEYS[2], 'NX', found[place + 1], id)
  redis.call('ZADD', KEYS[1], ARGV[2], id)
  enqueue(KEYS[3], KEYS[4], ARGV[5], id, id .. '-at-' .. ARGV[1], ARGV[9],
    ARGV[6], ARGV[7], ARGV[8])
end
-- A dial's turn is not put off by a long queue: a customer waits on the line.
for _, waiting in ipairs(redis.call('ZRANGE', KEYS[5], '-inf', ARGV[1], 'BYSCORE')) do
  local id, command = string.match(waiting, '^(%S+) (%S+)')
  redis.call('ZREM', KEYS[5], waiting)
  enqueue(KEYS[3], KEYS[4], ARGV[5], id, id .. '-turn-' .. command .. '-' .. ARGV[1], ARGV[9],
    ARGV[6], ARGV[7], ARGV[8])
end
local turn = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
local following = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local soonest = following[2] or ''
if turn[2] and (soonest == '' or tonumber(turn[2]) < tonumber(soonest)) then soonest = turn[2] end
return {#found / 2, soonest}
