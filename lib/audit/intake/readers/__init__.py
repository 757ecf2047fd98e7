"""How files are read: text, workbooks, bank statements, databases, and how their layout is told."""
