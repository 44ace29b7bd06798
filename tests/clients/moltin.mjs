// Runs one scenario with Elastic Path's own SDK and prints what the SDK's user would see, as JSON.
// node moltin.mjs SCENARIO, with BASE_URL, CLIENT_ID and, for some, CLIENT_SECRET, and people's names
// and passwords, in the environment.

import { createRequire } from 'node:module'

const { gateway, MemoryStorageFactory } = createRequire(import.meta.url)('@moltin/sdk')
const { BASE_URL, CLIENT_ID, CLIENT_SECRET } = process.env
const { CUSTOMER_EMAIL, CUSTOMER_PASSWORD } = process.env
const { ACCOUNT_MEMBER_USERNAME, ACCOUNT_MEMBER_PASSWORD } = process.env
const { AUTHENTICATION_REALM_ID, PASSWORD_PROFILE_ID } = process.env

const sent = [] // every request of the SDK: method, path, status

async function recordingFetch(url, options) {
  const answer = await fetch(url, options)
  sent.push(`${options.method} ${new URL(url).pathname} ${answer.status}`)
  return answer
}

const sdk = gateway({
  client_id: CLIENT_ID,
  client_secret: CLIENT_SECRET,
  host: new URL(BASE_URL).host,
  protocol: 'http',
  storage: new MemoryStorageFactory(),
  custom_fetch: recordingFetch,
  retryDelay: 50,
  retryJitter: 10,
})

// A promise's value or its rejection, told apart.
const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ error }))

async function revoke(token) {
  const answer = await fetch(`${BASE_URL}/oauth2/revoke`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ token }),
  })
  if (answer.status !== 200) throw new Error(`revoke: ${answer.status}`)
}

const scenarios = {
  authenticate: () => outcome(sdk.Authenticate()),
  products: () => outcome(sdk.Products.All()),
  create: () => outcome(sdk.request.send('products', 'POST', { type: 'product', name: 'Hat' })),
  // One key through its life; everything that the SDK's user is given.
  async keys() {
    const name = 'Made by the SDK'
    const made = await outcome(sdk.ApplicationKeys.Create({ type: 'application_key', name, reserved_rate_limit: 1 }))
    if (made.error) return { made }
    const { id } = made.value.data
    const listed = await outcome(sdk.ApplicationKeys.Limit(100).All())
    const changed = await outcome(sdk.ApplicationKeys.Update(id, { type: 'application_key', name: 'Renamed' }))
    const found = await outcome(sdk.ApplicationKeys.Get(id))
    const deleted = await outcome(sdk.ApplicationKeys.Delete(id))
    const gone = await outcome(sdk.ApplicationKeys.Get(id))
    return { made, listed, changed, found, deleted, gone }
  },
  parallel: () => Promise.all(Array.from({ length: 5 }, () => outcome(sdk.Products.All()))),
  customer: () => outcome(sdk.Customers.TokenViaPassword(CUSTOMER_EMAIL, CUSTOMER_PASSWORD)),
  member: () => outcome(sdk.AccountMembers.GenerateAccountToken({
    type: 'account_management_authentication_token',
    authentication_mechanism: 'password',
    password_profile_id: PASSWORD_PROFILE_ID,
    username: ACCOUNT_MEMBER_USERNAME,
    password: ACCOUNT_MEMBER_PASSWORD,
  })),
  one_time_password: () => outcome(sdk.OneTimePasswordTokenRequest.Create(
    AUTHENTICATION_REALM_ID,
    PASSWORD_PROFILE_ID,
    { type: 'one_time_password_token_request', username: ACCOUNT_MEMBER_USERNAME, purpose: 'reset_password' },
  )),
  async revoked() {
    const { access_token: token } = await sdk.Authenticate()
    await revoke(token)
    return outcome(sdk.Products.All())
  },
}

console.log(JSON.stringify({ result: await scenarios[process.argv[2]](), sent }))
