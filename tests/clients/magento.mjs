// Makes one call with magento-api-rest, signed with OAuth 1.0a, and prints the outcome as JSON.
// node magento.mjs SHA PATH [PARAMS], with BASE_URL and the INTEGRATION_* of demo.env in the environment.

import { createRequire } from 'node:module'

const { default: MagentoRestApi } = createRequire(import.meta.url)('magento-api-rest')
const { env } = process
const [sha, path, params] = process.argv.slice(2)

const client = new MagentoRestApi({
  url: env.BASE_URL,
  consumerKey: env.INTEGRATION_CONSUMER_KEY,
  consumerSecret: env.INTEGRATION_CONSUMER_SECRET,
  accessToken: env.INTEGRATION_ACCESS_TOKEN,
  tokenSecret: env.INTEGRATION_ACCESS_TOKEN_SECRET,
  sha: Number(sha),
})

const outcome = await client.get(path, params && JSON.parse(params)).then(
  ({ status, data }) => ({ status, data }),
  ({ response }) => ({ status: response.status, data: response.data }),
)
console.log(JSON.stringify(outcome))
