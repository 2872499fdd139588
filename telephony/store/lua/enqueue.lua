-- Shared by the other scripts: puts one wake-up job into RQ's queue, in the layout of RQ 3.0 with
-- its JSON serializer (RQ reads job data that is not compressed as it is).
--   id     the contact that is to be woken; letters and digits only
--   job    the job's id: unique, without colons
--   stamp  the present time as RQ writes it
-- The job's hash expires: a job is a hint, and a lost hint must not stay for ever.
local function enqueue(queue, queues, prefix, id, job, stamp, func, origin, seconds)
  local key = prefix .. job
  redis.call('HSET', key,
    'data', '["' .. func .. '", null, ["' .. id .. '"], {}]',
    'created_at', stamp, 'enqueued_at', stamp, 'status', 'queued', 'origin', origin,
    'description', 'wake ' .. id, 'timeout', seconds, 'result_ttl', '0', 'failure_ttl', '86400')
  redis.call('EXPIRE', key, 3600)
  redis.call('SADD', queues, queue)
  redis.call('RPUSH', queue, job)
end
