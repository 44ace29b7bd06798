"""`python -m tokenctl`."""

from tokenctl.cli import main

if __name__ == "__main__":
    main(prog_name="tokenctl")
