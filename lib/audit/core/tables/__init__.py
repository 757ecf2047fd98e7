"""Tables and how they look: `schema` (what a table is), `company` (what is sent), `derived` (what intake and ledger make of it)."""
