-- Finds the contact behind a call, or the one that expects its caller.
--   KEYS[1]  the call's contact      KEYS[2]  contacts that expect this customer, the newest last
--   KEYS[3]  the mark of an event    KEYS[4]  what is known of the customer
--   ARGV[1]  prefix of the records
-- Answers the id of the first and of the second ('' for none), the record of the first that is
-- there, whether the event was applied before, and what is known of the customer ('' for nothing).
local known = redis.call('GET', KEYS[1]) or ''
local expecting = redis.call('ZRANGE', KEYS[2], -1, -1)[1] or ''
local first = known ~= '' and known or expecting
local record = first ~= '' and redis.call('GET', ARGV[1] .. first) or ''
return {known, expecting, record, redis.call('EXISTS', KEYS[3]), redis.call('GET', KEYS[4]) or ''}
