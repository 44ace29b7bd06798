// oidc-provider as a reference to compare with: our endpoints' paths and clients, on a free port.
// node oidc_provider.mjs, with CONFIG (JSON: clients, scopes, audience, resourceServer) in the
// environment. Prints its address, and ends with its standard input.

import { once } from 'node:events'
import { createServer } from 'node:http'

console.warn = console.info = () => {} // it reminds its users of what production needs
const { errors, Provider } = await import('oidc-provider')

const { clients, scopes, audience, resourceServer } = JSON.parse(process.env.CONFIG)
const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${server.address().port}`
const own = (_context, client, token) => token.clientId === client.clientId

const provider = new Provider(issuer, {
  clients: clients.map((client) => ({ redirect_uris: [], response_types: [], ...client })),
  scopes,
  routes: {
    token: '/oauth2/token',
    introspection: '/oauth2/introspect',
    revocation: '/oauth2/revoke',
  },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  ttl: { ClientCredentials: 3600 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (context, client, token) =>
        client.clientId === resourceServer || own(context, client, token),
    },
    revocation: { enabled: true, allowedPolicy: own },
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      getResourceServerInfo(_context, resource) {
        if (resource !== audience) throw new errors.InvalidTarget()
        return { scope: scopes.join(' '), audience, accessTokenFormat: 'opaque' }
      },
    },
  },
})

server.on('request', provider.callback())
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write(`${issuer}\n`)
