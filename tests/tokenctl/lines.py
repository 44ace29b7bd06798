"""Reading what tokenctl prints for people."""


def facts(text: str) -> dict[str, str]:
    """Lines of a name, two spaces or more, and a value."""
    lines = (line.partition(" ") for line in text.splitlines())
    return {name: value.strip() for name, _, value in lines}
