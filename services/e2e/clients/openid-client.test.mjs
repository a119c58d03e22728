// openid-client: what a program finds out and does by itself, with keys of its own (private_key_jwt, RFC 7523) and signed
// introspection answers (RFC 9701) whose signatures it checks.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importJWK } from 'jose'
import * as client from 'openid-client'
import { demo } from './demo.mjs'

// discover makes a client that authenticates with a private key, a JWK.
async function discover(id, jwk, metadata, options) {
  const key = await importJWK(jwk, jwk.alg)
  const found = await client.discovery(new URL(demo.base_url), id, metadata, client.PrivateKeyJwt({ key, kid: jwk.kid }, options), {
    algorithm: 'oauth2',
  })
  client.enableNonRepudiationChecks(found)
  return found
}

const { client_id: partnerID, private_key: partnerKey } = demo.oauth
const { resource_server_client_id: serverID, resource_server_private_key: serverKey } = demo.oauth
// An Ed25519 key signs with the algorithm "EdDSA" (RFC 8037) or "Ed25519" (RFC 9864); the library writes the latter.
const eddsa = { [client.modifyAssertion]: (header) => { header.alg = 'EdDSA' } }

const partner = await discover(partnerID, partnerKey)
const plain = await discover(serverID, serverKey, undefined, eddsa)
const signed = await discover(serverID, serverKey, { introspection_signed_response_alg: 'EdDSA' }, eddsa)

test("a token's whole life", async () => {
  const token = await client.clientCredentialsGrant(partner, { scope: 'servicios' })
  assert.equal(token.token_type, 'bearer')
  assert.equal(token.scope, 'servicios')
  assert.ok(token.expires_in > 0)

  const info = await client.tokenIntrospection(plain, token.access_token)
  assert.equal(info.active, true)
  assert.equal(info.client_id, partnerID)
  assert.equal(info.scope, 'servicios')
  assert.equal(info.ti, undefined)
  assert.deepEqual(await client.tokenIntrospection(signed, token.access_token), info)

  assert.equal(await client.tokenRevocation(partner, token.access_token), undefined)
  assert.deepEqual(await client.tokenIntrospection(plain, token.access_token), { active: false })
  assert.deepEqual(await client.tokenIntrospection(signed, token.access_token), { active: false })
})

test('all scopes without naming one', async () => {
  assert.equal((await client.clientCredentialsGrant(partner)).scope, 'servicios')
})

test('a scope that the client has not', async () => {
  await assert.rejects(client.clientCredentialsGrant(partner, { scope: 'no-such-scope' }), (err) => {
    assert.equal(err.error, 'invalid_scope')
    assert.equal(err.status, 400)
    return true
  })
})

test("another client's key", async () => {
  const impostor = await discover(partnerID, serverKey, undefined, eddsa)
  await assert.rejects(client.clientCredentialsGrant(impostor), refused)
  await assert.rejects(client.tokenIntrospection(impostor, 'x'), refused)
  await assert.rejects(client.tokenRevocation(impostor, 'x'), refused)
})

// refused looks for a 401, which the library reports by its challenge.
function refused(err) {
  assert.equal(err.status, 401, String(err))
  return true
}
