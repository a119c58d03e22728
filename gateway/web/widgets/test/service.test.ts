import assert from 'node:assert/strict'
import { afterEach, mock, test } from 'node:test'
import { ask, secondsToWait, ServiceFailure } from '../src/service.ts'

const question = { address: new URL('https://edge.example/widgets/v1/perfil?apiKey=k'), token: 'a.b.c' }
const { signal } = new AbortController()

afterEach(() => mock.restoreAll())

/** Has fetch answer so, and returns what it was called with. */
function answer(body: string, status = 200, headers: Record<string, string> = {}) {
  return mock.method(globalThis, 'fetch', () => Promise.resolve(new Response(body, { status, headers }))).mock
}

async function failure(): Promise<{ message: string; code: number; wait: number }> {
  const error = await ask(question, signal).then(() => assert.fail('it did not fail'), (error: unknown) => error)
  assert.ok(error instanceof ServiceFailure)
  return { message: error.message, code: error.code, wait: error.wait }
}

test('the data of a good answer', async () => {
  const asked = answer('{"code":200,"success":true,"data":{"x":1}}')
  assert.deepEqual(await ask(question, signal), { x: 1 })
  const [address, init] = asked.calls[0]!.arguments as unknown as [URL, RequestInit]
  assert.equal(address, question.address)
  assert.deepEqual(init.headers, { Accept: 'application/json', Authorization: 'Bearer a.b.c' })
  assert.deepEqual([init.cache, init.credentials, init.redirect, init.referrerPolicy], ['no-store', 'omit', 'error', 'no-referrer'])
})

test('a refusal has the service’s text, its status, and how long to wait', async () => {
  answer('{"code":429,"success":false,"data":{"message":"Estas solicitando muchos recursos! Detente!"}}', 429, { 'Retry-After': '7' })
  assert.deepEqual(await failure(), { message: 'Estas solicitando muchos recursos! Detente!', code: 429, wait: 7 })
})

test('a refusal of something in between has no text', async () => {
  answer('<html>', 502)
  assert.deepEqual(await failure(), { message: '', code: 502, wait: 0 })
  for (const body of ['null', '7', '{"data":null}', '{"data":{"message":{}}}']) {
    answer(body, 500)
    assert.deepEqual(await failure(), { message: '', code: 500, wait: 0 })
  }
})

test('a good status without the service’s envelope is no answer of it', async () => {
  for (const body of ['<html>login</html>', '{}', 'null', '{"success":"true","data":{}}']) {
    answer(body)
    assert.deepEqual(await failure(), { message: '', code: 0, wait: 0 })
  }
})

test('Retry-After has seconds or a time', () => {
  const now = Date.parse('2026-11-25T18:00:00Z')
  for (const [header, want] of [
    [null, 0], ['', 0], ['0', 0], ['12', 12], ['999999999', 86_400], ['-5', 0], ['soon', 0], ['1.5', 0],
    ['Wed, 25 Nov 2026 18:01:00 GMT', 60], ['Wed, 25 Nov 2026 17:00:00 GMT', 0],
  ] as const) {
    assert.equal(secondsToWait(header, now), want, String(header))
  }
})
