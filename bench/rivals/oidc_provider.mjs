// oidc-provider, issuing JWT access tokens to one client, with its records in DynamoDB.
// node oidc_provider.mjs, with CONFIG (JSON: table, client, scopes, audience, algorithm, jwks,
// stored) in the environment. Prints its address, and ends with its standard input.
//
// It keeps no record of a JWT access token by itself, so one is put as the answer leaves, by a
// middleware as its documentation describes them. `stored` says that the client is read from the
// table; else it is in the configuration, where oidc-provider finds it without reading.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'

console.warn = console.info = () => {} // it reminds its users of what production needs
const { Provider } = await import('oidc-provider')

const { table, client, scopes, audience, algorithm, jwks, stored } = JSON.parse(process.env.CONFIG)
// The SDK keeps connections alive by itself; its middleware never changes here, and so is resolved
// once.
const dynamodb = new DynamoDBClient({ cacheMiddleware: true })

class DynamoAdapter {
  constructor(model) {
    this.model = model
  }

  #key(id) {
    return { id: { S: `${this.model}:${id}` } }
  }

  async upsert(id, payload, expiresIn) {
    const expires_at = { N: String(Math.floor(Date.now() / 1000) + expiresIn) }
    const Item = { ...this.#key(id), payload: { S: JSON.stringify(payload) }, expires_at }
    await dynamodb.send(new PutItemCommand({ TableName: table, Item }))
  }

  async find(id) {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: this.#key(id), ConsistentRead: true }),
    )
    return Item && JSON.parse(Item.payload.S)
  }
}

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${server.address().port}`
const scope = scopes.join(' ')

const provider = new Provider(issuer, {
  adapter: DynamoAdapter,
  clients: stored ? [] : [client],
  jwks,
  scopes,
  routes: { token: '/token' },
  ttl: { ClientCredentials: 3600 },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        scope,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 3600,
        jwt: { sign: { alg: algorithm } },
      }),
    },
  },
})

const records = new DynamoAdapter('ClientCredentials')
provider.use(async (ctx, next) => {
  await next()
  const token = ctx.oidc?.entities.ClientCredentials
  if (token) {
    const { jti, iat, exp, clientId, aud, scope } = token
    await records.upsert(jti, { jti, iat, exp, clientId, aud, scope }, token.expiration)
  }
})

server.on('request', provider.callback())
process.stdin.on('end', () => process.exit()).resume()
process.stdout.write(`${issuer}\n`)
