// oidc-provider as a shop's identity provider, on a free port: whoever logs in is who they say.
// node sign_in_provider.mjs; prints its issuer, then reads one line of JSON (clients, accounts: by
// login, the claims of each), serves, and ends with its standard input.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'

console.warn = console.info = () => {} // it reminds its users of what production needs
const { Provider } = await import('oidc-provider')

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const issuer = `http://127.0.0.1:${server.address().port}`
process.stdout.write(`${issuer}\n`)

const lines = createInterface({ input: process.stdin })
const [line] = await once(lines, 'line')
const { clients, accounts } = JSON.parse(line)
lines.on('close', () => process.exit())

const provider = new Provider(issuer, {
  clients,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  cookies: { keys: ['only for tests'] },
  pkce: { required: () => true },
  findAccount: (_context, login) => ({
    accountId: login,
    claims: () => ({ sub: login, ...accounts[login] }),
  }),
})
server.on('request', provider.callback())
process.stdout.write('ready\n')
