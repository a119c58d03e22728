import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import test from 'node:test'

import { CardVerifier, openRevocationList, parseCard } from '../src/index.js'
import * as vector from './vector.mjs'

const offline = new CardVerifier({ keys: vector.keys, requireList: false })
const verdict = async (qr, verifier = offline) => (await verifier.verify(qr)).verdict

test('the documented card verifies', async () => {
  const { verdict, card } = await offline.verify(vector.qr)
  assert.equal(verdict, 'valid')
  assert.deepEqual([card.type, card.number, card.folio, card.code], ['L', '19003500', '1zr1RN', '6895'])
  assert.equal((await offline.verify(`${vector.text}|${vector.signature}`)).verdict, 'valid', 'without the address')
})

test('every change of a character is refused', async () => {
  const signed = `${vector.text}|${vector.signature}`
  for (let i = 0; i < signed.length; i++) {
    const other = signed[i] === 'A' ? 'B' : 'A'
    const changed = signed.slice(0, i) + other + signed.slice(i + 1)
    assert.notEqual(await verdict(changed), 'valid', `character ${i}`)
  }
})

test('spare bits of the signature are refused', async () => {
  const last = vector.signature.at(-1) // "g": its low four bits are zero
  assert.equal(last, 'g')
  for (const other of 'hijklmnopqrstuv') {
    assert.equal(await verdict(`${vector.text}|${vector.signature.slice(0, -1)}${other}`), 'unreadable')
  }
})

test('what is no card is unreadable', async () => {
  for (const qr of [undefined, '', '#', vector.text, vector.qr + '|', vector.qr.replace('iDDi1', 'iDDi2'), vector.qr.replace('6895', '689500'),
    vector.qr.replace('1zr1RN', '1zr1RN7'), vector.qr.replace('|L|', '|X|'), vector.qr + '=', 'a'.repeat(5000), vector.qr.replace('MARIA', 'MA\nRIA'),
    vector.qr.replace('19003500', '123'), `https://${'a'.repeat(252 - 8 - 1 - vector.text.length - 87)}#${vector.text}|${vector.signature}`]) {
    assert.equal(await verdict(qr), 'unreadable', String(qr).slice(0, 40))
  }
})

test('a worker has a short number, a student has none', () => {
  const numbered = (type, number) => parseCard(vector.qr.replace('|L|19003500|', `|${type}|${number}|`))?.number
  assert.deepEqual(['A', 'D', 'L', 'E'].map((type) => numbered(type, '12')), ['12', '12', undefined, undefined])
})

test('another issuer is unknown', async () => {
  assert.equal(await verdict('#' + vector.text + '|' + vector.signature), 'unknown_issuer', 'nobody before "#"')
  assert.equal(await verdict(vector.qr.replace('id.example', 'evil.example')), 'unknown_issuer')
})

function issuer() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { x } = publicKey.export({ format: 'jwk' })
  const keys = { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'k', x }], validators: [vector.validator] }
  const now = 1_800_000_000
  const text = 'iDDi1|E|0000|PEREZ, , ANA|ENTIDAD|0|a1'
  const signature = sign(null, Buffer.from(createHash('sha256').update(text).digest('hex')), privateKey).toString('base64url')
  const list = ({ revoked = '', exp = now + 3600, iss = vector.validator, typ = 'card-revocations+jwt' } = {}) => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = part({ alg: 'EdDSA', kid: 'k', typ }) + '.' + part({ iss, iat: now, exp, revoked })
    return signed + '.' + sign(null, Buffer.from(signed), privateKey).toString('base64url')
  }
  const prefix = createHash('sha256').update('a1' + signature).digest().subarray(0, 8)
  return { keys, qr: `${vector.validator}#${text}|${signature}`, list, prefix, now: now * 1000 }
}

test('a list tells of revoked cards, and of its age', async () => {
  const { keys, qr, list, prefix, now } = issuer()
  const at = (time, revocations) => verdict(qr, new CardVerifier({ keys, revocations, now: () => time }))
  assert.equal(await at(now, list()), 'valid')
  assert.equal(await at(now, list({ revoked: Buffer.concat([Buffer.alloc(8), prefix]).toString('base64url') })), 'revoked')
  assert.equal(await at(now + 3_606_000, list()), 'stale_list')
  assert.equal(await at(now - 5_000, list()), 'valid')
  assert.equal(await at(now - 6_000, list()), 'stale_list', 'a clock that is behind cannot tell')
  assert.equal(await at(now + 3_606_000, list({ revoked: prefix.toString('base64url') })), 'revoked', 'an old list is right about what it has')
  assert.equal(await at(now, undefined), 'stale_list', 'without a list nobody knows')
})

test('a list that nobody vouches for is refused', async () => {
  const { keys, list } = issuer()
  const good = list()
  assert.equal((await openRevocationList(good, keys)).size, 0)
  const bad = {
    'another type': list({ typ: 'JWT' }), 'another issuer': list({ iss: 'https://evil.example' }), 'half a prefix': list({ revoked: 'AAAA' }),
    'no signature': good.split('.').slice(0, 2).join('.') + '.', 'a changed payload': good.replace('.', '.e30'), 'empty': '', 'four parts': good + '.x',
  }
  for (const [name, jws] of Object.entries(bad)) await assert.rejects(openRevocationList(jws, keys), name)
  await assert.rejects(openRevocationList(good, issuer().keys), 'of another key')
})

test('parseCard reads Ñ and Ü', () => {
  const card = parseCard(vector.qr.replace('MARIA DEL CONSUELO', 'IÑIGO AGÜERO'))
  assert.equal(card.name, 'LADRON DE GUEVARA, DE LA TEJERA, IÑIGO AGÜERO')
})
