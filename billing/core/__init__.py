"""What must be right in court: pure functions over immutable values, standard library only."""
