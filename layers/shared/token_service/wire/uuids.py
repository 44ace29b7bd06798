"""UUIDs as they stand in paths: in lower case, as they are given out."""

# A regular expression for one; to be compiled for ASCII alone.
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
