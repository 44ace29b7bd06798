// Verifies tokens with jose and a remote JWKS, and prints for each its claims or why not, as JSON.
// node jose.mjs, with ISSUER, AUDIENCE, JWKS_URI and TOKENS (a JSON list) in the environment.

import { createRemoteJWKSet, jwtVerify } from 'jose'

const { ISSUER, AUDIENCE, JWKS_URI, TOKENS } = process.env

const keys = createRemoteJWKSet(new URL(JWKS_URI))
const wanted = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt' }
const verify = (token) =>
  jwtVerify(token, keys, wanted).then(
    ({ payload }) => ({ claims: payload }),
    ({ code, claim }) => ({ refused: claim ? `${code} ${claim}` : code }),
  )

console.log(JSON.stringify(await Promise.all(JSON.parse(TOKENS).map(verify))))
