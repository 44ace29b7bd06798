"""The answers of Elastic Path's JSON management routes, as the OpenAPI document lists them.

Components are those of the document in `openapi/`. Nothing here is read while a request is served.
"""

from typing import Any

type Answers = dict[int, Any]

_HEADERS = {
    "Cache-Control": "NoStore",
    "Pragma": "Pragma",
    "Access-Control-Allow-Origin": "AllowOrigin",
}
_GATEWAY_ERROR = {
    "type": "object",
    "required": ["message"],
    "properties": {"message": {"type": "string"}},
}
_ERRORS = {"$ref": "#/components/schemas/ElasticPathErrors"}


def success(description: str, status: int = 200) -> Answers:
    """A success whose body is what the route returns."""
    return {status: {"description": description, "headers": _headers()}}


def no_content(description: str) -> Answers:
    """A success without a body."""
    return {204: {"description": description, "headers": _headers(), "content": {}}}


def refusal(status: int, description: str, title: str, detail: str = "", **headers: str) -> Answers:
    """A refusal with an example of it; `headers` name components of further headers."""
    entry = {"status": str(status), "title": title} | ({"detail": detail} if detail else {})
    return {
        status: {
            "description": description,
            "headers": _headers(**headers),
            "content": {
                "application/json": {
                    "schema": _ERRORS,
                    "examples": {"refused": {"value": {"errors": [entry]}}},
                }
            },
        }
    }


def common(allow: str) -> Answers:
    """The refusals that every route has. `allow` lists the methods of its path."""
    return {
        **refusal(401, "No token, or the token is not active.", "Unable to validate access token"),
        **refusal(
            405,
            "The method is not allowed here.",
            "Method Not Allowed",
            f"The method is not allowed here; use {allow}.",
            Allow="Allow",
        ),
        **refusal(
            500,
            "The service failed. Its log has the reason.",
            "Internal Server Error",
            "there was a problem processing your request",
        ),
        **refusal(
            503,
            "The store did not answer. Try again.",
            "Service Unavailable",
            Retry_After="RetryAfter",
        ),
    }


def _headers(**more: str) -> dict[str, dict[str, str]]:
    named = _HEADERS | {name.replace("_", "-"): component for name, component in more.items()}
    return {name: {"$ref": f"#/components/headers/{one}"} for name, one in named.items()}


def _forbidden_by_path() -> Answers:
    """API Gateway's own body as well, since it refuses ambiguous paths before the function runs."""
    answers = refusal(403, "", "Forbidden")
    media = answers[403]["content"]["application/json"]
    media["schema"] = {"anyOf": [_ERRORS, _GATEWAY_ERROR]}
    media["examples"]["ambiguous"] = {"value": {"message": "Forbidden"}}
    answers[403]["description"] = (
        "The token may not be used for this, or the gateway refused an ambiguous path."
    )
    del answers[403]["headers"]
    return answers


FORBIDDEN = refusal(403, "The token may not be used for this.", "Forbidden")
# For paths with a parameter.
FORBIDDEN_BY_PATH = _forbidden_by_path()
TOO_LARGE = refusal(413, "The body is longer than 64 KiB.", "Payload Too Large")
# A token of the page's own client, or any other token.
SECURITY: list[dict[str, list[str]]] = [{"oauth2": []}, {"accessToken": []}]
