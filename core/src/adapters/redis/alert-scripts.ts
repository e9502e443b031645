/** Lua that runs inside Redis, alone: what one of these changes is changed together or not at all. */

/**
 * Stores an alert and its event. Returns 1 if it did, 0 on a conflict. Keys and arguments as in `commitArguments`.
 * A commit whose answer was lost is sent again under the same token, and answered as the first time.
 */
export const COMMIT = `
local alert, history, events, trimmed, open, timeline, expiring, pending, critical = unpack(KEYS, 1, 9)
local list, count, latest, resolved, openByType = unpack(KEYS, 10, 14)
local a = cjson.decode(ARGV[1])
local stored = redis.call('HMGET', alert, 'version', 'commit_token', 'type')
if stored[2] == a.token then return 1 end
if tonumber(stored[1] or 0) ~= a.version - 1 then return 0 end
local is_open = a.status ~= 'resolved'
if is_open then
  local other = redis.call('HGET', openByType, a.type)
  if other and other ~= a.id then return 0 end
end
if a.unread_of_type then
  for _, id in ipairs(redis.call('HVALS', openByType)) do
    if redis.call('HGET', a.alert_prefix .. id, 'kind') == 'technical' then return 0 end
  end
  local of_type = 0
  for _, id in ipairs(redis.call('LRANGE', list, 0, -1)) do
    if of_type == a.unread_of_type then break end
    local other = redis.call('HMGET', a.alert_prefix .. id, 'type', 'condition_id')
    if other[1] == a.type then
      if other[2] ~= id then return 0 end
      of_type = of_type + 1
    end
  end
end

if stored[3] and redis.call('HGET', openByType, stored[3]) == a.id then redis.call('HDEL', openByType, stored[3]) end
local fields = cjson.decode(ARGV[2])
redis.call('DEL', alert)
redis.call('HSET', alert, 'commit_token', a.token, unpack(fields))
redis.call('RPUSH', history, ARGV[3])
if a.version == 1 then
  redis.call('LPUSH', list, a.id)
  redis.call('LTRIM', list, 0, a.list_max - 1)
  redis.call('ZADD', timeline, a.raised_at_ms, a.id)
end
-- What was found in late readings is not the newest of the patient: it is over.
if (a.version == 1 and is_open) or redis.call('HGET', latest, 'id') == a.id then
  redis.call('DEL', latest)
  redis.call('HSET', latest, unpack(fields))
end
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
if is_open then
  redis.call('SADD', open, a.id)
  redis.call('HSET', openByType, a.type, a.id)
else
  redis.call('SREM', open, a.id)
  redis.call('LPUSH', resolved, a.id)
  redis.call('LTRIM', resolved, 0, a.list_max - 1)
  redis.call('EXPIRE', resolved, a.resolved_s)
  redis.call('PEXPIRE', alert, a.kept_ms)
  redis.call('PEXPIRE', history, a.kept_ms)
  redis.call('ZADD', expiring, now_ms + a.kept_ms, a.patient_id .. ' ' .. a.id)
end

local rank = { low = 1, medium = 2, high = 3, critical = 4 }
local unacknowledged, worst, is_critical = 0, 0, false
for _, id in ipairs(redis.call('HVALS', openByType)) do
  local other = redis.call('HMGET', a.alert_prefix .. id, 'status', 'priority')
  if other[1] == 'pending' then
    unacknowledged = unacknowledged + 1
    worst = math.max(worst, rank[other[2]] or 0)
  end
  if other[2] == 'critical' then is_critical = true end
end
redis.call('SET', count, unacknowledged)
if worst > 0 then redis.call('ZADD', pending, worst, a.patient_id) else redis.call('ZREM', pending, a.patient_id) end
redis.call(is_critical and 'SADD' or 'SREM', critical, a.patient_id)

redis.call('XADD', events, '*', 'event', ARGV[3])
-- The first entry is looked at first: asking a stream for what is older than all of it makes Redis walk through it.
local oldest = redis.call('XRANGE', events, '-', '+', 'COUNT', 1)[1][1]
if tonumber(string.match(oldest, '^%d+')) < now_ms - a.kept_ms then
  local too_old = string.format('%.0f-0', now_ms - a.kept_ms)
  redis.call('SET', trimmed, redis.call('XREVRANGE', events, '(' .. too_old, '-', 'COUNT', 1)[1][1])
  redis.call('XTRIM', events, 'MINID', '=', too_old)
end
-- A few at a time: resolved alerts whose hash has expired leave the lists too. Their keys carry this region's tag, hence its slot.
for _, member in ipairs(redis.call('ZRANGE', expiring, '-inf', now_ms, 'BYSCORE', 'LIMIT', 0, 20)) do
  local patient, id = string.match(member, '^(.*) ([^ ]*)$')
  redis.call('ZREM', expiring, member)
  redis.call('ZREM', timeline, id)
  redis.call('LREM', a.list_prefix .. patient, 1, id)
end
redis.call('PUBLISH', a.channel, a.region)
return 1
`;

/** KEYS: open ids, events. ARGV: prefix of alert keys. Returns the last position and the fields of every open alert. */
export const SNAPSHOT = `
local alerts = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  alerts[#alerts + 1] = redis.call('HGETALL', ARGV[1] .. id)
end
local last = '0-0'
if redis.call('EXISTS', KEYS[2]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[2])
  for i = 1, #info, 2 do if info[i] == 'last-generated-id' then last = info[i + 1] end end
end
return { last, alerts }
`;

/** KEYS: ids by type of a patient's open alerts. ARGV: prefix of alert keys. Returns the fields of each. */
export const OPEN = `
local alerts = {}
for _, id in ipairs(redis.call('HVALS', KEYS[1])) do
  alerts[#alerts + 1] = redis.call('HGETALL', ARGV[1] .. id)
end
return alerts
`;

/** KEYS: ids of a patient's alerts, newest first. ARGV: prefix of alert keys, type, limit. Returns the fields of those of the type. */
export const RECENT = `
local alerts, limit = {}, tonumber(ARGV[3])
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if #alerts == limit then break end
  if redis.call('HGET', ARGV[1] .. id, 'type') == ARGV[2] then
    alerts[#alerts + 1] = redis.call('HGETALL', ARGV[1] .. id)
  end
end
return alerts
`;

/**
 * KEYS: events, trimmed. ARGV: position, limit. Returns a position that is the last or, where entries follow, not after it; the last one
 * trimmed; the entries after the position; and 1 if there is, or was until it was trimmed, an entry at the position itself.
 */
export const EVENTS_AFTER = `
local entries = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local trimmed = redis.call('GET', KEYS[2]) or '0-0'
local last = '0-0'
if #entries > 0 then
  last = entries[#entries][1]
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do if info[i] == 'last-generated-id' then last = info[i + 1] end end
end
local known = ARGV[1] == '0-0' or ARGV[1] == trimmed or #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) > 0
return { last, trimmed, entries, known and 1 or 0 }
`;
