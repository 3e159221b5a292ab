"""Redis: the log, the bus and the sessions (what others call the Redis adapter and the session storage)."""
