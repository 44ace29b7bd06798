"""The composition root: environment to settings to store to services, one module a function.

Everything is built while Lambda imports the handler, at full CPU, and kept; AWS is called by the
first event. A function imports its own module alone, so that it loads nothing that only others use.
"""

import gc

# The imports of a cold start would run the collector dozens of times and free nothing. It runs
# again when the handler is ready (handlers.py).
gc.disable()
