-- Where a call ended a turn. What came after it has the same turn and is not told of, so the end
-- is not simply the last event of the turn.
CREATE INDEX session_events_turn_ends ON session_events (session, turn, seq)
  WHERE type = 'turn_ended';
