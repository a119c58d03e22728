import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeOffline } from '../src/verify/offline.ts'
import { readRevocationList } from '../src/verify/revocations.ts'
import { revoked, Signer, validator } from './vector.ts'

const signer = new Signer()
const { keys } = signer
const cards = Array.from({ length: 40 }, (_, i) => signer.card(`L|19003500|NUÑEZ, , ANA|DERECHO|1|f${i}`))
const now = new Date(1_800_000_060_000)

test('a list names what was revoked, and nothing else', async () => {
  const ended = cards.filter((_, i) => i % 3 === 0)
  const list = await readRevocationList(signer.list({ revoked: revoked(...ended) }), keys)
  assert.equal(+list!.expiresAt, 1_800_086_400_000)
  for (const card of cards) {
    const reason = await judgeOffline(card, null, keys, list, now)
    assert.equal(reason, ended.includes(card) ? 'revoked' : 'valid')
  }
})

test('what is no list of the issuer is not read', async () => {
  const good = signer.list()
  const [header, payload, signature] = good.split('.') as [string, string, string]
  const bad = {
    nothing: '',
    'two parts': `${header}.${payload}`,
    'four parts': `${good}.`,
    'another signature': `${header}.${payload}.${signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
    'spare bits': good.slice(0, -1) + String.fromCharCode(good.charCodeAt(good.length - 1) + 1),
    'a short signature': `${header}.${payload}.AAAA`,
    'claims of another': `${header}.${new Signer().list().split('.')[1]}x.${signature}`,
    'another signer': new Signer().list(),
    'no algorithm': signer.list({}, { alg: 'none' }),
    'another algorithm': signer.list({}, { alg: 'HS256' }),
    'another type': signer.list({}, { typ: 'JWT' }),
    'a critical header': signer.list({}, { crit: ['b64'], b64: true }),
    'an unknown key': signer.list({}, { kid: 'k9' }),
    'a key of the prototype': signer.list({}, { kid: 'constructor' }),
    'another validator': signer.list({ iss: 'https://elsewhere.example/c' }),
    'no end': signer.list({ exp: undefined }),
    'an end that is text': signer.list({ exp: '1800086400' }),
    'half a second': signer.list({ iat: 1.5 }),
    'no cards': signer.list({ revoked: undefined }),
    'half a card': signer.list({ revoked: 'AAAA' }),
    'padded cards': signer.list({ revoked: 'AAAAAAAAAAA=' }),
    'claims that are no object': `${header}.${Buffer.from('7').toString('base64url')}.${signature}`,
  }
  assert.ok(await readRevocationList(good, keys))
  for (const [name, jws] of Object.entries(bad)) assert.equal(await readRevocationList(jws, keys), null, name)
})

test('each reason has its case', async () => {
  const [card, ended] = cards as [string, string]
  const list = await readRevocationList(signer.list({ revoked: revoked(ended) }), keys)
  const at = (seconds: number) => new Date(seconds * 1000)
  const judge = async (body: string, address: string | null, when = now, known = list) =>
    judgeOffline(body, address, keys, known, when)

  assert.equal(await judge(card, null), 'valid')
  assert.equal(await judge(card, validator), 'valid')
  assert.equal(await judge(`${card}x`, validator), 'unreadable')
  assert.equal(await judge(card, 'https://elsewhere.example/c'), 'unknown_issuer')
  assert.equal(await judge(card, `${validator}s`), 'unknown_issuer')
  assert.equal(await judge(card.replace('DERECHO', 'MEDICINA'), null), 'bad_signature')
  assert.equal(await judge(ended, null), 'revoked')
  assert.equal(await judge(card, null, now, null), 'stale_list')
  assert.equal(await judge(card, null, at(1_800_086_404)), 'valid')
  assert.equal(await judge(card, null, at(1_800_086_405)), 'stale_list')
  assert.equal(await judge(card, null, at(1_799_999_990)), 'stale_list')
  assert.equal(await judge(ended, null, at(1_900_000_000)), 'revoked')
})
