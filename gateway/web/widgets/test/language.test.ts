import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adviceFor, mayRetry } from '../src/failure.ts'
import { count, fill, formatRut, formatWait, languages, spoken } from '../src/language.ts'

test('the page’s language is spoken, or else Spanish', () => {
  for (const [tag, want] of [['en', 'en'], ['EN-us', 'en'], ['es-CL', 'es'], ['fr', 'es'], ['eng', 'es'], ['', 'es'], [null, 'es'], [undefined, 'es']] as const) {
    assert.equal(spoken(tag), want, String(tag))
  }
})

test('both languages say the same things', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
  const forms = (text: string) => text.split('|').length
  const walk = (one: object, other: object, path: string): void => {
    assert.deepEqual(Object.keys(one), Object.keys(other), path)
    for (const [key, text] of Object.entries(one)) {
      const translated = other[key as keyof typeof other] as string | object
      if (typeof text !== 'string') walk(text, translated as object, `${path}.${key}`)
      else {
        assert.ok(typeof translated === 'string' && translated !== '', `${path}.${key}`)
        assert.deepEqual([places(text), forms(text)], [places(translated), forms(translated)], `${path}.${key}`)
      }
    }
  }
  walk(languages.es, languages.en, 'texts')
})

test('a text’s places are filled with text and nothing else', () => {
  assert.equal(fill('about {title}', { title: '$& {title} <b>' }), 'about $& {title} <b>')
  assert.equal(fill('{other}', { title: 'x' }), '{other}')
})

test('counts and waits are told as people tell them', () => {
  assert.equal(count(1, 'benefit|benefits'), '1 benefit')
  assert.equal(count(0, 'benefit|benefits'), '0 benefits')
  assert.equal(formatWait(1, 'en'), '1 second')
  assert.equal(formatWait(90, 'es'), '90 segundos')
  assert.equal(formatWait(91, 'es'), '2 minutos')
  assert.equal(formatWait(86_400, 'en'), '24 hours')
})

test('a RUT has its dots', () => {
  assert.equal(formatRut('44444444-4'), '44.444.444-4')
  assert.equal(formatRut('1000000-k'), '1.000.000-K')
  assert.equal(formatRut('none'), 'none')
})

test('each documented status has its advice, and those that pass can be tried again', () => {
  const { failures } = languages.en
  for (const [code, kind, retry] of [
    [0, 'none', true], [400, 'request', false], [401, 'credential', false], [403, 'permission', false], [404, 'gone', false], [405, 'request', false],
    [406, 'request', false], [410, 'gone', false], [429, 'crowded', true], [500, 'broken', true], [502, 'broken', true], [503, 'maintenance', true],
  ] as const) {
    assert.equal(adviceFor(code, languages.en), failures[kind], String(code))
    assert.equal(mayRetry(code), retry, String(code))
  }
})
