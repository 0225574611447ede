-- Where the events about comments are: few of many, and read together.
CREATE INDEX session_events_comments ON session_events (session, seq)
  WHERE type LIKE 'comment\_%';
