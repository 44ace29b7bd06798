// Verifies tokens with AWS's own verifier, and prints for each its claims or why not, as JSON.
// node aws_jwt_verify.mjs, with ISSUER, AUDIENCE, JWKS_URI and TOKENS (a JSON list) in the
// environment. The package's own fetcher speaks HTTPS alone and the stack has none, so this gives
// it another, as its README shows ("Using a different Fetcher"). Reading the JWKS, choosing the key
// and judging the token are the package's.

import { JwtVerifier } from 'aws-jwt-verify'
import { SimpleJwksCache } from 'aws-jwt-verify/jwk'

const { ISSUER, AUDIENCE, JWKS_URI, TOKENS } = process.env

const fetcher = { fetch: async (uri) => (await fetch(uri)).arrayBuffer() }
const verifier = JwtVerifier.create(
  { issuer: ISSUER, audience: AUDIENCE, jwksUri: JWKS_URI },
  { jwksCache: new SimpleJwksCache({ fetcher }) },
)
const verify = (token) =>
  verifier.verify(token).then(
    (claims) => ({ claims }),
    ({ constructor }) => ({ refused: constructor.name }),
  )

console.log(JSON.stringify(await Promise.all(JSON.parse(TOKENS).map(verify))))
