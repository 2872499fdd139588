-- Puts off moments that are unchanged since they were read; a moment that somebody has set anew stays.
--   KEYS[1]  moments
--   ARGV     for each contact: its id, the moment that was read, the new moment (ms)
-- Answers how many were put off.
local count = 0
for place = 1, #ARGV, 3 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[place])
  if score and tonumber(score) == tonumber(ARGV[place + 1]) then
    redis.call('ZADD', KEYS[1], ARGV[place + 2], ARGV[place])
    count = count + 1
  end
end
return count
