"""The composition root: environment to settings to store to services, one module a function.

Everything is built at the first event that needs it and kept, never at import. A function imports
its own module alone, so that it loads nothing that only others use.
"""
