-- Claims a member for one leg of one contact.
--   KEYS[1]  the claims
--   ARGV[1]  the member's address   ARGV[2]  our value "<contact> <leg>"   ARGV[3]  our contact id
--   ARGV[4]  a value that was found to be stale and may be replaced, or ''
-- Answers '' when the member is ours now, else the value that holds them.
local held = redis.call('HGET', KEYS[1], ARGV[1])
if held and held ~= ARGV[4] and string.match(held, '^%S+') ~= ARGV[3] then return held end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ''
