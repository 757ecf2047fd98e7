"""The customer-base audit: metrics as pure functions from tables to tables, notebooks that call them, a report.

`from audit import repeat, charts` reads as a sentence; nothing heavy is imported until a module is named.
"""

__version__ = "0.1.0"
