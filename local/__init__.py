"""The whole deployment on this machine: the real template on a local AWS emulator.

`python -m local` is what `make run` runs; `LocalStack` is what the end-to-end tests use.
"""
