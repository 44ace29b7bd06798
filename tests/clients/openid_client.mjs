// Runs one scenario with openid-client and prints what its user would see, as JSON.
// node openid_client.mjs SCENARIO, with ISSUER, CLIENT_ID, CLIENT_SECRET, METHOD (the name of the
// package's own way of client authentication) and DISCOVERY (oauth2 or oidc) in the environment.

import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, METHOD, DISCOVERY } = process.env

const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  client[METHOD](CLIENT_SECRET),
  // The stack is on a loopback without TLS; everything else is as in production.
  { algorithm: DISCOVERY, execute: [client.allowInsecureRequests] },
)

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

const grant = (scope) => client.clientCredentialsGrant(config, scope && { scope })

const scenarios = {
  async life() {
    const token = await grant('orders:read')
    const { access_token: value } = token
    const active = await client.tokenIntrospection(config, value)
    await client.tokenRevocation(config, value)
    const ended = await client.tokenIntrospection(config, value)
    return { issuer: config.serverMetadata().issuer, token, expiresIn: token.expiresIn(), active, ended }
  },
  grant: () => outcome(grant()),
  scope: () => outcome(grant('payments')),
  introspection: () => outcome(client.tokenIntrospection(config, 'some-token')),
  revocation: () => outcome(client.tokenRevocation(config, 'some-token')),
}

console.log(JSON.stringify(await scenarios[process.argv[2]]()))
