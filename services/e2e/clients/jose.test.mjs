// jose: the access token is a JWT in the documented shape.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import { demo, tokenPath } from './demo.mjs'

async function issue(body) {
  const response = await fetch(demo.base_url + tokenPath, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: demo.cmp.client_id,
      client_secret: demo.cmp.client_secret,
      ...body,
    }),
  })
  assert.equal(response.status, 200)
  return response.json()
}

test('header and claims are the documented ones', async () => {
  const answer = await issue({ scope: '*' })
  assert.deepEqual(Object.keys(answer), ['token_type', 'expires_in', 'access_token'])

  const header = decodeProtectedHeader(answer.access_token)
  const claims = decodeJwt(answer.access_token)
  assert.deepEqual(Object.keys(header).sort(), ['alg', 'jti', 'kid', 'typ'])
  assert.deepEqual(Object.keys(claims).sort(), ['aud', 'exp', 'iat', 'jti', 'nbf', 'scopes', 'sub'])

  assert.equal(header.typ, 'JWT')
  assert.equal(header.alg, 'RS256')
  assert.equal(header.jti, claims.jti)
  assert.match(claims.jti, /^[0-9a-f]{80}$/)
  assert.equal(claims.aud, demo.cmp.client_id)
  assert.equal(claims.sub, '')
  assert.ok(Array.isArray(claims.scopes))
  assert.equal(claims.nbf, claims.iat)
  assert.equal(claims.exp - claims.iat, 31536000)
  assert.equal(answer.expires_in, 31535999)
})

test('the signature is one of RSA 2048, in strict base64url', async () => {
  const { access_token: token } = await issue()
  const signature = token.split('.')[2]
  const bytes = Buffer.from(signature, 'base64url')
  assert.equal(bytes.length, 256)
  assert.equal(bytes.toString('base64url'), signature)
})

test('the signature verifies with the published keys', async () => {
  const { access_token: token } = await issue()
  const keys = createRemoteJWKSet(new URL(`${demo.base_url}/.well-known/jwks.json`))
  const options = { algorithms: ['RS256'], audience: demo.cmp.client_id, typ: 'JWT' }
  const { payload } = await jwtVerify(token, keys, options)
  assert.equal(payload.aud, demo.cmp.client_id)

  const [header, claims, signature] = token.split('.')
  const forged = Buffer.from(JSON.stringify({ ...payload, scopes: ['everything'] })).toString('base64url')
  await assert.rejects(jwtVerify(`${header}.${forged}.${signature}`, keys, options), errors.JWSSignatureVerificationFailed)
  assert.notEqual(claims, forged)
})
