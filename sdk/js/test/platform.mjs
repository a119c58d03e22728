// Against a running platform: VENTANILLA_DEMO names its demo.json, NODE_EXTRA_CA_CERTS its ca_file.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'

import { CardVerifier, Iddi, parseCard } from '../src/index.js'

const demo = JSON.parse(readFileSync(process.env.VENTANILLA_DEMO, 'utf8'))
const { iddi: known } = demo
const production = { baseUrl: `${demo.base_url}/v1/iddi` }
const staging = { baseUrl: `${demo.base_url}/v1-stag/iddi` }
const iddi = new Iddi({ ...production, apiKey: known.api_key })
const card = parseCard(known.qr)

test('profiles', async () => {
  const basic = await iddi.perfil(card)
  assert.equal(basic.id, known.folio)
  assert.equal(basic.email, null)
  assert.ok(basic.perfiles.length > 0)
  const extended = await new Iddi({ ...production, apiKey: known.api_key_extendido }).perfil(known.folio, known.firma_digital, { extendido: true })
  assert.ok(extended.email)
  assert.equal((await new Iddi({ ...staging, apiKey: known.stag_api_key }).perfil(known.stag_folio, known.stag_firma_digital)).id, known.stag_folio)
})

test('tokens', async () => {
  const token = await iddi.token({ scope: ['perfil'], expiresIn: 120 })
  assert.deepEqual(token.scope, ['perfil'])
  const left = token.expiresAt - Date.now()
  assert.ok(left > 60_000 && left <= 121_000, String(left))
  const limited = await iddi.withToken({ scope: 'perfil' })
  assert.equal((await limited.perfil(card)).id, known.folio)
  await assert.rejects(limited.catalogo('programas'), { name: 'PermissionError', status: 403 })
  await assert.rejects(iddi.token({ expiresIn: 93 * 86400 }), { name: 'OAuthError', code: 'invalid_request', status: 400 })
})

test('catalogues', async () => {
  const first = await iddi.catalogo('programas', { limit: 2, page: 1 })
  assert.equal(first.data.length, 2)
  let entries = 0
  for await (const entry of iddi.catalogoCompleto('programas', { limit: 7 })) entries += entry ? 1 : 0
  assert.equal(entries, first.paginacion.total)
  await assert.rejects(iddi.catalogo('programas', { limit: 501 }), (err) => err.name === 'ValidationError' && 'limit' in err.fields)
})

test('errors', async () => {
  await assert.rejects(iddi.perfil(known.folio, 'A'.repeat(86)), { name: 'NotFoundError', code: 'no_encontrado', status: 404 })
  await assert.rejects(iddi.perfil(known.folio, 'short'), (err) => err.name === 'ValidationError' && 'firma_digital' in err.fields)
  await assert.rejects(iddi.perfil(known.revoked_folio, known.revoked_firma_digital), { name: 'RevokedCardError', code: 'revocado' })
  await assert.rejects(iddi.perfil(card, undefined, { extendido: true }), { name: 'PermissionError' })
  await assert.rejects(new Iddi({ ...production, apiKey: known.stag_api_key }).perfil(card), { name: 'AuthenticationError', status: 401 })
})

test('verification without a connection', async () => {
  const keys = await iddi.llaves()
  const revocations = await iddi.revocaciones()
  assert.ok(keys.keys.some(({ x }) => x === Buffer.from(known.public_key, 'base64').toString('base64url')))
  const verifier = new CardVerifier({ keys, revocations })
  assert.equal((await verifier.verify(known.qr)).verdict, 'valid')
  assert.equal((await verifier.verify(known.qr.replace('|L|', '|P|'))).verdict, 'bad_signature')
  const late = new CardVerifier({ keys, revocations, now: () => Date.now() + 40 * 86400_000 })
  assert.equal((await late.verify(known.qr)).verdict, 'stale_list')
  const foreign = new CardVerifier({ keys: await new Iddi(staging).llaves(), requireList: false })
  assert.equal((await foreign.verify(known.qr)).verdict, 'unknown_issuer')
  assert.equal((await iddi.verifier().then((v) => v.verify(known.qr))).verdict, 'valid')
})

test('status', async () => {
  assert.equal((await iddi.estado(card)).estado, 'vigente')
  assert.equal((await iddi.estado({ folio: known.revoked_folio, signature: known.revoked_firma_digital })).estado, 'revocada')
})
