"""A room for each question of the audit; `core.registry` finds them where they stand."""
