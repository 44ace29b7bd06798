"""Base64url without padding (RFC 7515 section 2). Decoding accepts one spelling of each value."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def base64url_encode(data: bytes) -> str:
    """Encode without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decode(text: str) -> bytes:
    """Decode text that `base64url_encode` could have produced.

    Raises:
        ValueError: padding, characters outside the alphabet, a wrong length or non-zero spare bits.

    """
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The decoder skips characters it does not know and ignores spare bits.
    if base64url_encode(data) != text:
        raise ValueError("not base64url without padding")
    return data
