import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, type Sources } from '../src/page/check.ts'
import { readStatus, type Status } from '../src/page/status.ts'
import { parseCard } from '../src/verify/card.ts'
import { readRevocationList } from '../src/verify/revocations.ts'
import { revoked, Signer, validator } from './vector.ts'

const signer = new Signer()
const body = signer.card('L|19003500|NUÑEZ, , ANA|DERECHO|1|aZ09')
const now = new Date(1_800_000_060_000)
const current = await readRevocationList(signer.list(), signer.keys)
const naming = await readRevocationList(signer.list({ revoked: revoked(body) }), signer.keys)
const live: Status = { state: 'vigente', motive: null, validUntil: null, revokedAt: null }

/** Sources that have everything; what is given replaces it. Each notes that it was asked. */
function sources(change: { keys?: null; list?: typeof current; status?: Status | 'not_found' | null } = {}) {
  const asked: string[] = []
  const answer = <T>(name: string, value: T) => {
    asked.push(name)
    return Promise.resolve(value)
  }
  const list = change.list === undefined ? current : change.list
  const made: Sources = {
    keys: () => answer('keys', change.keys === null ? null : { value: signer.keys, at: now }),
    list: () => answer('list', list && { value: list, at: now }),
    status: () => answer('status', change.status === undefined ? live : change.status),
    now: () => now,
  }
  return { ...made, asked }
}

const verdict = async (change: Parameters<typeof sources>[0], text = body, address: string | null = null) => {
  const { verdict, source } = await check(text, address, sources(change))
  return `${verdict}, ${source}`
}

test('the registry has the word when it can be asked', async () => {
  assert.equal(await verdict({}), 'valid, online')
  assert.equal(await verdict({ list: null }), 'valid, online')
  assert.equal(await verdict({ status: { ...live, state: 'vencida' } }), 'expired, online')
  assert.equal(await verdict({ status: { ...live, state: 'revocada' } }), 'revoked, online')
  assert.equal(await verdict({ status: 'not_found' }), 'not_found, online')
})

test('without it the list has', async () => {
  assert.equal(await verdict({ status: null }), 'valid, offline')
  assert.equal(await verdict({ status: null, list: naming }), 'revoked, offline')
  assert.equal(await verdict({ status: null, list: null }), 'stale_list, offline')
})

test('a card that the list names is revoked, whatever the registry says', async () => {
  for (const status of [live, { ...live, state: 'vencida' } as const, 'not_found' as const]) {
    assert.equal(await verdict({ status, list: naming }), 'revoked, online')
  }
})

test('nothing is asked about a card that nobody signed', async () => {
  for (const [text, address, want] of [
    [body.replace('DERECHO', 'MEDICINA'), null, 'bad_signature, offline'],
    [body, `${validator}x`, 'unknown_issuer, offline'],
  ] as const) {
    const from = sources()
    const outcome = await check(text, address, from)
    assert.equal(`${outcome.verdict}, ${outcome.source}`, want)
    assert.equal(outcome.genuine, false)
    assert.deepEqual(from.asked, ['keys'])
  }
  const from = sources()
  assert.equal((await check('', null, from)).verdict, 'unreadable')
  assert.deepEqual(from.asked, [])
})

test('without keys nothing can be told', async () => {
  assert.equal(await verdict({ keys: null }), 'no_keys, none')
})

test('an answer is believed when it is one about the card', () => {
  const card = parseCard(body)!
  const good = { folio: 'aZ09', estado: 'revocada', motivo: 'robo', vigencia_at: '2026-12-31', revocada_at: '2026-11-25T18:00:00Z' }
  assert.deepEqual(readStatus(good, card), { state: 'revocada', motive: 'robo', validUntil: '2026-12-31', revokedAt: '2026-11-25T18:00:00Z' })
  assert.deepEqual(readStatus({ folio: 'aZ09', estado: 'vigente', motivo: 1 }, card), live)
  for (const bad of [null, {}, { ...good, folio: 'aZ08' }, { ...good, estado: 'otra' }, { estado: 'vigente' }]) {
    assert.equal(readStatus(bad, card), null)
  }
})
