"""Use cases: a function each, given (session, actor, today, ...); they add facts and never commit."""
