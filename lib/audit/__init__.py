"""The customer-base audit: metrics as pure functions from tables to tables, notebooks that call them, a report.

`from audit import repeat, charts` reads as a sentence; nothing heavy is imported until a module is named.
"""

import os

# Same input, same bytes: sums of many threads differ in their last digit, and so would groups and forecasts between two machines.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
