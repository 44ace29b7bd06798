"""The source of the OpenAPI document: `document.yaml`, and one file a dialect in `dialects/`.

`python -m openapi` is what `make openapi` runs. To describe another dialect, add a file.
"""
