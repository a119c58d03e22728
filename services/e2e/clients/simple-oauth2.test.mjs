// simple-oauth2: the client-credentials grant in each way that it can send it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientCredentials } from 'simple-oauth2'
import { demo, tokenPath } from './demo.mjs'

const ways = [
  { authorizationMethod: 'header', bodyFormat: 'form' },
  { authorizationMethod: 'header', bodyFormat: 'json' },
  { authorizationMethod: 'body', bodyFormat: 'form' },
  { authorizationMethod: 'body', bodyFormat: 'json' },
  { authorizationMethod: 'header', bodyFormat: 'form', credentialsEncodingMode: 'loose' },
]

const client = (options, secret = demo.cmp.client_secret) =>
  new ClientCredentials({
    client: { id: demo.cmp.client_id, secret },
    auth: { tokenHost: demo.base_url, tokenPath },
    options,
  })

for (const way of ways) {
  const name = Object.values(way).join(' ')

  test(`${name}: a token`, async () => {
    const { token } = await client(way).getToken({ scope: '*' })
    assert.equal(token.token_type, 'Bearer')
    assert.match(token.access_token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
    assert.ok(token.expires_at > new Date())
  })

  test(`${name}: a wrong secret`, async () => {
    const refused = client(way, 'wrong').getToken({ scope: '*' })
    await assert.rejects(refused, (err) => {
      assert.equal(err.output.statusCode, 401)
      assert.equal(err.data.payload.error, 'invalid_client')
      assert.equal(err.data.payload.error_description, 'Client authentication failed')
      return true
    })
  })
}

test('a scope that the client has not', async () => {
  await assert.rejects(client(ways[0]).getToken({ scope: 'no-such-scope' }), (err) => {
    assert.equal(err.output.statusCode, 400)
    assert.equal(err.data.payload.error, 'invalid_scope')
    return true
  })
})
