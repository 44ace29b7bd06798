"""Our JWTs with the verifiers that Node.js programs use, by nothing but the metadata's JWKS."""

import json

import boto3
import pytest

from local.stack import LocalStack
from tests.e2e.deployed import Deployed
from tests.e2e.forged import spoilt
from tests.e2e.node import node
from tests.e2e.store import signing_key_of

REFUSALS = {
    "jose.mjs": {
        "expired": "ERR_JWT_EXPIRED exp",
        "wrong_audience": "ERR_JWT_CLAIM_VALIDATION_FAILED aud",
        "wrong_issuer": "ERR_JWT_CLAIM_VALIDATION_FAILED iss",
        "not_yet": "ERR_JWT_CLAIM_VALIDATION_FAILED nbf",
        "tampered": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "foreign_key_our_kid": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "foreign_key": "ERR_JWKS_NO_MATCHING_KEY",
        "unsigned": "ERR_JOSE_NOT_SUPPORTED",
        "hmac_of_the_kid": "ERR_JOSE_NOT_SUPPORTED",
    },
    "aws_jwt_verify.mjs": {
        "expired": "JwtExpiredError",
        "wrong_audience": "JwtInvalidAudienceError",
        "wrong_issuer": "JwtInvalidIssuerError",
        "not_yet": "JwtNotBeforeError",
        "tampered": "JwtInvalidSignatureError",
        "foreign_key_our_kid": "JwtInvalidSignatureError",
        "foreign_key": "KidNotFoundInJwksError",
        "unsigned": "JwtParseError",
        "hmac_of_the_kid": "JwtInvalidSignatureAlgorithmError",
    },
}


@pytest.mark.parametrize("verifier", REFUSALS)
def test_a_verifier_takes_ours_and_nothing_else(
    deployed: Deployed, stack: LocalStack, aws: boto3.Session, verifier: str
) -> None:
    """Tokens of every dialect are good; expired, foreign, tampered and misdirected ones are not.

    aws-jwt-verify gets a fetcher that speaks HTTP, so its own, for HTTPS, is not tried here.
    (item 47, item 54)
    """
    good = {
        dialect: deployed.issue(deployed.client, dialect)
        for dialect in ("standard", "simple_store", "elastic_path")
    }
    bad = spoilt(good["standard"], signing_key_of(stack, aws))
    metadata = deployed.get("/.well-known/openid-configuration").json()
    told = node(
        verifier,
        ISSUER=metadata["issuer"],
        AUDIENCE=deployed.url,
        JWKS_URI=metadata["jwks_uri"],
        TOKENS=json.dumps([*good.values(), *bad.values()]),
    )
    taken, refused = told[: len(good)], told[len(good) :]
    assert [result["claims"]["client_id"] for result in taken] == [deployed.client.id] * len(good)
    found = {name: result.get("refused") for name, result in zip(bad, refused, strict=True)}
    assert found == REFUSALS[verifier]
