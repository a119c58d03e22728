import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCard } from '../src/verify/card.ts'
import { readKeySet } from '../src/verify/keys.ts'
import { isGenuine } from '../src/verify/signature.ts'
import { keySet, Signer, validator, vector, vectorKeys } from './vector.ts'

const genuine = async (body: string, keys = vectorKeys) => {
  const card = parseCard(body)
  return card !== null && (await isGenuine(card, keys))
}

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (;;) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    yield seed >>> 8
  }
}

test('the documented signature verifies', async () => {
  assert.equal(await genuine(vector.body), true)
})

test('one of several keys is enough, and none is not', async () => {
  const signer = new Signer()
  const body = signer.card('L|19003500|NUÑEZ, , ANA|DERECHO|1|aZ09')
  assert.equal(await genuine(body, signer.keys), true)
  assert.equal(await genuine(body), false)
  assert.equal(await genuine(body, { keys: new Map([...vectorKeys.keys, ['new', signer.keys.keys.get('k0')!]]), validators: [] }), true)
  assert.equal(await genuine(body, { keys: new Map(), validators: [] }), false)
})

test('a thousand mutations do not verify', async () => {
  const random = numbers(1)
  const alphabet = [...' ,-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz|#ÑÜñ\u0000']
  const mutate = [
    (at: number) => vector.body.slice(0, at) + alphabet[random.next().value % alphabet.length] + vector.body.slice(at + 1),
    (at: number) => vector.body.slice(0, at) + vector.body.slice(at + 1),
    (at: number) => vector.body.slice(0, at) + alphabet[random.next().value % alphabet.length] + vector.body.slice(at),
    (at: number) => vector.body.slice(0, at) + vector.body.slice(at + 1, at + 2) + vector.body[at] + vector.body.slice(at + 2),
  ]
  for (let done = 0; done < 1000; ) {
    const body = mutate[random.next().value % mutate.length]!(random.next().value % vector.body.length)
    if (body === vector.body) continue
    assert.equal(await genuine(body), false, body)
    done++
  }
})

test('a signature has one encoding', async () => {
  const bytes = Buffer.from(vector.signature, 'base64url')
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order
  const malleable = Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse()])
  assert.equal(await genuine(`${vector.text}|${malleable.toString('base64url')}`), false)
})

test('keys of small order sign nothing', async () => {
  const neutral = Buffer.alloc(32)
  neutral[0] = 1
  const forged = Buffer.concat([neutral, Buffer.alloc(32)]).toString('base64url')
  for (const key of [neutral, Buffer.from('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex'), Buffer.alloc(32)]) {
    assert.equal(await genuine(`${vector.text}|${forged}`, keySet(key.toString('base64url'))), false)
  }
})

test('a key set is read, and what is none is not', () => {
  const x = Buffer.alloc(32, 7).toString('base64url')
  const good = { kty: 'OKP', crv: 'Ed25519', x, kid: 'a' }
  const others = [{ ...good, kty: 'EC' }, { ...good, crv: 'X25519' }, { ...good, kid: 1 }, { ...good, x: `${x}A` }, { ...good, x: `${x.slice(0, -1)}d` }, null, 'x']
  const set = readKeySet(JSON.stringify({ keys: [...others, good], validators: [validator, 1] }))
  assert.deepEqual([...set!.keys.keys()], ['a'])
  assert.deepEqual(set!.validators, [validator])
  for (const bad of ['', 'null', '[]', '{}', '{"keys":[]}', '{"keys":{},"validators":[]}', JSON.stringify({ keys: Array(257).fill(good), validators: [] })]) {
    assert.equal(readKeySet(bad), null, bad.slice(0, 40))
  }
})
