"""How many custom metrics there can be."""

from bench.series import USUAL, most


def test_a_usual_shop_has_no_more_than_there_can_be() -> None:
    """Every name it counts is one of the service's, and a bound keeps all together."""
    greatest = most()
    assert set(USUAL) <= set(greatest)
    assert all(count <= greatest[name] for name, count in USUAL.items())
    assert sum(greatest.values()) < 200
