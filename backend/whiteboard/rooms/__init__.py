"""A board's sessions on this replica: join, commit, deliver."""
