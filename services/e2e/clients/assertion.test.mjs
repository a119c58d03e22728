// Client assertions (RFC 7523), made with jose: what they must say, and that each is used once.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createRemoteJWKSet, importJWK, jwtVerify, SignJWT } from 'jose'
import { demo } from './demo.mjs'

const issuer = demo.base_url
const tokenEndpoint = `${issuer}/oauth2/token`
const introspectionEndpoint = `${issuer}/oauth2/introspect`
const documentedIntrospection = `${issuer}/mcg/v1/tokeninfo`

const partner = { id: demo.oauth.client_id, jwk: demo.oauth.private_key }
const resourceServer = { id: demo.oauth.resource_server_client_id, jwk: demo.oauth.resource_server_private_key }

async function assertion({ id, jwk }, audience = issuer, claims = {}) {
  return new SignJWT({ jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: jwk.alg, kid: jwk.kid })
    .setIssuer(id).setSubject(id).setAudience(audience).setIssuedAt().setExpirationTime('1m')
    .sign(await importJWK(jwk, jwk.alg))
}

async function post(url, text, form, headers = {}) {
  return fetch(url, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: text, ...form,
    }),
  })
}

async function issue(text = undefined) {
  return post(tokenEndpoint, text ?? await assertion(partner), { grant_type: 'client_credentials' })
}

async function refused(response) {
  assert.equal(response.status, 401)
  assert.equal((await response.json()).error, 'invalid_client')
}

for (const audience of [issuer, tokenEndpoint, [issuer, 'https://elsewhere.example']]) {
  test(`an assertion for ${audience}`, async () => {
    const response = await issue(await assertion(partner, audience))
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const answer = await response.json()
    assert.deepEqual(Object.keys(answer), ['access_token', 'token_type', 'expires_in', 'scope'])
    assert.equal(answer.scope, 'servicios')
  })
}

test('an assertion for somebody else', async () => {
  await refused(await issue(await assertion(partner, 'https://elsewhere.example')))
  await refused(await issue(await assertion(partner, introspectionEndpoint)))
})

test('an assertion is used once, at any endpoint', async () => {
  const text = await assertion(partner)
  assert.equal((await issue(text)).status, 200)
  await refused(await issue(text))
  await refused(await post(introspectionEndpoint, text, { token: 'x' }))
})

test('an assertion before its time', async () => {
  await refused(await issue(await assertion(partner, issuer, { nbf: Math.floor(Date.now() / 1000) + 3600 })))
})

test('a client that says it is another', async () => {
  const text = await assertion(partner)
  await refused(await post(tokenEndpoint, text, { grant_type: 'client_credentials', client_id: resourceServer.id }))
})

for (const endpoint of [introspectionEndpoint, documentedIntrospection]) {
  test(`${new URL(endpoint).pathname}: the signed answer`, async () => {
    const { access_token: token } = await (await issue()).json()
    const ask = async (accept, asked = token) =>
      post(endpoint, await assertion(resourceServer, endpoint), { token: asked }, { accept })
    const plain = await ask('application/json')
    assert.equal(plain.status, 200)
    assert.equal(plain.headers.get('content-type'), 'application/json')
    const { ti, ...info } = await plain.json()
    assert.equal(ti, endpoint === documentedIntrospection ? info.jti : undefined)

    const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
    const verify = async (response) => {
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'application/token-introspection+jwt')
      assert.match(response.headers.get('vary'), /\bAccept\b/)
      const { payload, protectedHeader } = await jwtVerify(await response.text(), keys, {
        issuer, audience: resourceServer.id, typ: 'token-introspection+jwt', algorithms: ['EdDSA'],
      })
      assert.equal(protectedHeader.alg, 'EdDSA')
      return payload
    }
    const signed = await ask('application/token-introspection+jwt')
    const payload = await verify(signed)
    assert.deepEqual(payload.token_introspection, info)
    assert.equal(payload.sub, undefined)
    assert.equal(payload.exp, undefined)

    const unknown = await verify(await ask('application/token-introspection+jwt, application/json;q=0.5', 'no.such.token'))
    assert.deepEqual(unknown.token_introspection, { active: false })
  })
}

test('the published keys are of three kinds', async () => {
  const { keys } = await (await fetch(`${issuer}/.well-known/jwks.json`)).json()
  const kinds = new Set(keys.map(({ kty, crv, alg }) => [kty, crv, alg].join(' ')))
  assert.deepEqual([...kinds].sort(), ['EC P-256 ES256', 'OKP Ed25519 EdDSA', 'RSA  RS256'])
  for (const key of keys) assert.equal(key.d, undefined)
})

test("a partner's token is signed as its registration says", async () => {
  const { access_token: token } = await (await issue()).json()
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  const { protectedHeader } = await jwtVerify(token, keys, { algorithms: ['ES256'], audience: partner.id })
  assert.equal(protectedHeader.alg, 'ES256')
})
