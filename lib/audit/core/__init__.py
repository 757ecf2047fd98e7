"""What every room stands on: errors, settings, norms, the schema of tables, the store of a run, findings, doubts, periods, groups, the edition."""
