// Runs one scenario with openid-client and prints what its user would see, as JSON.
// node openid_client.mjs SCENARIO, with ISSUER, CLIENT_ID, METHOD (the name of the package's own way
// of client authentication), CLIENT_SECRET or CLIENT_KEY (a private JWK), DISCOVERY (oauth2 or oidc)
// and, for tokens bound to a key, DPOP (the algorithm of that key) in the environment.

import { importJWK } from 'jose'
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, CLIENT_KEY, METHOD, DISCOVERY, DPOP } = process.env

async function privateKey({ kid, ...jwk }) {
  return { key: await importJWK(jwk, jwk.alg), kid }
}

const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  client[METHOD](CLIENT_KEY ? await privateKey(JSON.parse(CLIENT_KEY)) : CLIENT_SECRET),
  // The stack is on a loopback without TLS; everything else is as in production.
  { algorithm: DISCOVERY, execute: [client.allowInsecureRequests] },
)
const newKey = async () => client.getDPoPHandle(config, await client.randomDPoPKeyPair(DPOP))
const DPoP = DPOP && (await newKey())

// A promise's value, or what a program can go by when it is rejected.
const outcome = (promise) =>
  promise.then(
    (value) => ({ value }),
    ({ constructor, code, error, status, cause }) => ({
      thrown: constructor.name,
      code,
      error,
      status,
      challenges: Array.isArray(cause) ? cause.map(({ scheme }) => scheme) : undefined,
    }),
  )

const grant = (scope) => client.clientCredentialsGrant(config, scope && { scope }, { DPoP })

const scenarios = {
  async life() {
    const token = await grant('orders:read')
    const { access_token: value } = token
    const active = await client.tokenIntrospection(config, value)
    await client.tokenRevocation(config, value)
    const ended = await client.tokenIntrospection(config, value)
    return { issuer: config.serverMetadata().issuer, token, expiresIn: token.expiresIn(), active, ended }
  },
  async bound() {
    const token = await grant('orders:read')
    const { access_token: value } = token
    const api = new URL('/v2/products', ISSUER)
    const call = (with_) =>
      outcome(
        client
          .fetchProtectedResource(config, value, api, 'GET', undefined, undefined, { DPoP: with_ })
          .then(({ status }) => status),
      )
    return {
      token,
      active: await client.tokenIntrospection(config, value),
      thumbprint: await DPoP.calculateThumbprint(),
      withItsKey: [await call(DPoP), await call(DPoP)],
      withAnother: await call(await newKey()),
      asBearer: await call(),
    }
  },
  grant: () => outcome(grant()),
  scope: () => outcome(grant('payments')),
  introspection: () => outcome(client.tokenIntrospection(config, 'some-token')),
  revocation: () => outcome(client.tokenRevocation(config, 'some-token')),
}

console.log(JSON.stringify(await scenarios[process.argv[2]]()))
