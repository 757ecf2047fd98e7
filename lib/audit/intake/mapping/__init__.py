"""Which column means what, and what became of each row: parsed, converted, ruled."""
