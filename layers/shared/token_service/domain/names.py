"""People's names, as they are told apart."""


def same_name(username: str) -> str:
    """How names are compared: MySQL, which Magento's names live in, ignores case too."""
    return username.strip().casefold()
