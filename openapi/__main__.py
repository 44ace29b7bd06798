"""`python -m openapi`: what `make openapi` runs, and with `--page` what `make page` runs."""

import argparse

from openapi import page
from openapi.document import OUTPUT, build, written


def main() -> None:
    """Write the OpenAPI document into the function that serves it."""
    parser = argparse.ArgumentParser(prog="python -m openapi", description=main.__doc__)
    parser.add_argument("--page", action="store_true", help="copy Swagger UI there too")
    if parser.parse_args().page:
        page.copy()
    OUTPUT.write_text(written(build()), encoding="utf-8")


if __name__ == "__main__":
    main()
