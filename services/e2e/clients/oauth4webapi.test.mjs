// oauth4webapi: token, introspection (RFC 7662) and revocation (RFC 7009), checked by the library's strict readers.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { demo, tokenPath } from './demo.mjs'

// The endpoints of the partners' documents, and the platform's own, which the metadata names.
const documented = {
  issuer: demo.base_url,
  token_endpoint: demo.base_url + tokenPath,
  introspection_endpoint: `${demo.base_url}/mcg/v1/tokeninfo`,
  revocation_endpoint: `${demo.base_url}/oauth2/revoke`,
}
const own = {
  issuer: demo.base_url,
  token_endpoint: `${demo.base_url}/oauth2/token`,
  introspection_endpoint: `${demo.base_url}/oauth2/introspect`,
  revocation_endpoint: `${demo.base_url}/oauth2/revoke`,
}
const partner = { client_id: demo.cmp.client_id }
const resourceServer = { client_id: demo.tuidd.client_id }
const foreign = { client_id: demo.tuidd.foreign_client_id }
const basic = oauth.ClientSecretBasic

test('the platform is discovered', async () => {
  const issuer = new URL(demo.base_url)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' })
  const found = await oauth.processDiscoveryResponse(issuer, response)
  for (const [name, value] of Object.entries(own)) assert.equal(found[name], value)
  assert.deepEqual(found.grant_types_supported, ['client_credentials'])
  for (const endpoint of ['token', 'introspection', 'revocation']) {
    assert.ok(found[`${endpoint}_endpoint_auth_methods_supported`].includes('private_key_jwt'))
    assert.ok(found[`${endpoint}_endpoint_auth_signing_alg_values_supported`].includes('ES256'))
  }
  assert.deepEqual(found.introspection_signing_alg_values_supported, ['RS256', 'ES256', 'EdDSA'])
})

for (const [name, server] of Object.entries({ documented, own })) {
  async function issue(auth = oauth.ClientSecretPost(demo.cmp.client_secret)) {
    const response = await oauth.clientCredentialsGrantRequest(server, partner, auth, { scope: '*' })
    assert.equal(response.headers.get('cache-control'), 'no-store')
    return oauth.processClientCredentialsResponse(server, partner, response)
  }

  async function introspect(token, client = resourceServer, secret = demo.tuidd.client_secret) {
    const response = await oauth.introspectionRequest(server, client, basic(secret), token)
    return oauth.processIntrospectionResponse(server, client, response)
  }

  async function revoke(token, auth = basic(demo.cmp.client_secret)) {
    const response = await oauth.revocationRequest(server, partner, auth, token)
    return oauth.processRevocationResponse(response)
  }

  for (const method of [oauth.ClientSecretPost, oauth.ClientSecretBasic]) {
    test(`${name}, ${method.name}: a token's whole life`, async () => {
      const token = await issue(method(demo.cmp.client_secret))
      assert.equal(token.token_type, 'bearer')

      const info = await introspect(token.access_token)
      assert.equal(info.active, true)
      assert.equal(info.client_id, demo.cmp.client_id)
      assert.equal(info.ti, server === documented ? info.jti : undefined)
      assert.ok(info.exp - info.iat >= token.expires_in)

      assert.equal(await revoke(token.access_token, method(demo.cmp.client_secret)), undefined)
      assert.deepEqual(await introspect(token.access_token), { active: false })
      assert.equal(await revoke(token.access_token, method(demo.cmp.client_secret)), undefined)
    })

    test(`${name}, ${method.name}: a wrong secret`, async () => {
      await assert.rejects(issue(method('wrong')), invalidClient)
      const { access_token: token } = await issue()
      await assert.rejects(revoke(token, method('wrong')), invalidClient)
      assert.equal((await introspect(token)).active, true)
    })
  }

  test(`${name}: a resource server that the token is not meant for`, async () => {
    const { access_token: token } = await issue()
    assert.deepEqual(await introspect(token, foreign, demo.tuidd.foreign_client_secret), { active: false })
  })

  test(`${name}: introspection by a caller with a wrong secret`, async () => {
    const { access_token: token } = await issue()
    await assert.rejects(introspect(token, resourceServer, 'wrong'), invalidClient)
  })

  test(`${name}: introspection of what is no token`, async () => {
    assert.deepEqual(await introspect('no.such.token'), { active: false })
  })
}

// The library reports a 401 that carries a challenge by the challenge, any other by its body.
function invalidClient(err) {
  if (err instanceof oauth.WWWAuthenticateChallengeError) {
    assert.equal(err.status, 401)
    assert.equal(err.cause[0].scheme, 'basic')
    return true
  }
  assert.ok(err instanceof oauth.ResponseBodyError, String(err))
  assert.equal(err.status, 401)
  assert.equal(err.error, 'invalid_client')
  return true
}
