import assert from 'node:assert/strict'
import test from 'node:test'

import * as sdk from '../src/index.js'
import * as vector from './vector.mjs'

/** An API that answers the given answers in their order, and keeps the requests. */
function api(...answers) {
  const requests = [], waits = []
  const fetch = async (url, init) => {
    requests.push({ url: String(url), ...init })
    const [status, body, headers] = answers.shift()
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })
  }
  const sleep = async (ms) => { waits.push(ms) }
  return { requests, waits, iddi: new sdk.Iddi({ baseUrl: 'https://api.example/v1/iddi/', apiKey: 'vtk_1_s3cret', fetch, sleep }) }
}

const fail = (code, message, more) => ({ status: 'fail', code, data: { message, msg_type: 'alert', ...more } })

test('a profile is asked for with the key', async () => {
  const { iddi, requests } = api([200, { id: '1zr1RN' }], [200, { id: '1zr1RN' }])
  assert.equal((await iddi.perfil('1zr1RN', 'sig', { extendido: true })).id, '1zr1RN')
  assert.equal(requests[0].url, 'https://api.example/v1/iddi/perfil/1zr1RN?firma_digital=sig&perfil_extendido=true')
  assert.equal(requests[0].headers.Authorization, 'Bearer vtk_1_s3cret')
  await iddi.perfil(sdk.parseCard(vector.qr))
  assert.equal(requests[1].url, `https://api.example/v1/iddi/perfil/1zr1RN?firma_digital=${vector.signature}`)
})

test('errors have types', async () => {
  const cases = [
    [401, fail('no_autorizado', 'No autorizado'), 'AuthenticationError'], [403, fail('prohibido', 'x'), 'PermissionError'],
    [404, fail('no_encontrado', 'x'), 'NotFoundError'], [404, fail('revocado', 'x'), 'RevokedCardError'],
    [400, fail('error_generico', 'x'), 'RequestError'], [500, { status: 'error', code: 'error_generico', data: { message: 'x' } }, 'ServerError'],
    [200, 'not JSON', 'ConnectionError'], [502, '<html>', 'ConnectionError'],
    [400, { error: 'invalid_request', error_description: 'expires_in' }, 'OAuthError'],
  ]
  for (const [status, body, name] of cases) {
    const { iddi } = api([status, body])
    await assert.rejects(iddi.catalogo('programas'), (err) => {
      assert.ok(err instanceof sdk.IddiError)
      assert.equal(err.name, name, `${status}`)
      assert.ok(!JSON.stringify(err).includes('s3cret') && !err.message.includes('s3cret'))
      return true
    })
  }
})

test('a validation error names the fields', async () => {
  const { iddi } = api([422, fail('no_validacion', 'Hubo un problema al validar tus datos', { validation: [{ limit: 'entre 1 y 500' }] })])
  await assert.rejects(iddi.catalogo('programas', { limit: 501 }), { name: 'ValidationError', code: 'no_validacion', fields: { limit: 'entre 1 y 500' } })
})

test('429 is tried again when the server says, and not for ever', async () => {
  const limited = [429, fail('demasiadas_solicitudes', 'x'), { 'Retry-After': '3' }]
  const patient = api(limited, [200, { data: [] }])
  await patient.iddi.catalogo('programas')
  assert.deepEqual(patient.waits, [3000])
  const refused = api(limited, limited, limited)
  await assert.rejects(refused.iddi.catalogo('programas'), { name: 'RateLimitError', retryAfter: 3, status: 429 })
  assert.equal(refused.requests.length, 3)
  const late = api([429, fail('demasiadas_solicitudes', 'x'), { 'Retry-After': '3600' }])
  await assert.rejects(late.iddi.catalogo('programas'), { name: 'RateLimitError', retryAfter: 3600 })
})

test('a key is exchanged for a token', async () => {
  const { iddi, requests } = api([200, { access_token: 'a.b.c', token_type: 'Bearer', expires_in: 60, scope: 'perfil catalogo' }])
  const token = await iddi.token({ scope: ['perfil', 'catalogo'], expiresIn: 60 })
  assert.equal(String(requests[0].body), 'grant_type=client_credentials&scope=perfil+catalogo&expires_in=60')
  assert.deepEqual(token.scope, ['perfil', 'catalogo'])
  await assert.rejects(new sdk.Iddi({ baseUrl: 'https://api.example/v1/iddi', accessToken: 'a.b.c' }).token(), TypeError)
})

test('a catalogue is read page after page', async () => {
  const page = (n, ...data) => [200, { data, paginacion: { limit: 2, page: n, total: 3, paginas: 2 } }]
  const { iddi } = api(page(1, { clave: 1 }, { clave: 2 }), page(2, { clave: 3 }))
  const all = []
  for await (const entry of iddi.catalogoCompleto('programas', { limit: 2 })) all.push(entry.clave)
  assert.deepEqual(all, [1, 2, 3])
})

test('the network fails in a way of its own', async () => {
  const iddi = new sdk.Iddi({ baseUrl: 'https://api.example/v1/iddi', apiKey: 'k', fetch: async () => { throw new TypeError('refused') } })
  await assert.rejects(iddi.catalogo('programas'), { name: 'ConnectionError', status: 0 })
  assert.throws(() => new sdk.Iddi({ baseUrl: 'http://api.example/v1/iddi' }), TypeError, 'plain http')
})

test('keys and status go without a credential', async () => {
  const { iddi, requests } = api([200, vector.keys], [200, { jws: 'x' }], [200, { estado: 'vigente' }])
  await iddi.llaves()
  await iddi.revocaciones()
  await iddi.estado(sdk.parseCard(vector.qr))
  assert.equal(requests[0].url, 'https://api.example/.well-known/iddi-card-keys.json')
  assert.ok(requests.every((request) => !request.headers.Authorization))
})
