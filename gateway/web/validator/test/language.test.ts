import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillTime, formatDay, languages, preferred } from '../src/page/language.ts'
import { siteOf } from '../src/page/site.ts'

test('the first language that the page speaks is taken, or else Spanish', () => {
  for (const [tags, want] of [
    [[], 'es'],
    [['en-GB', 'es'], 'en'],
    [['es-MX', 'en'], 'es'],
    [['fr', 'EN-us'], 'en'],
    [['pt-BR', 'de'], 'es'],
    [['eng'], 'es'],
  ] as const) {
    assert.equal(preferred(tags), want, tags.join())
  }
})

test('both languages say the same things', () => {
  const places = (text: string) => text.match(/\{\w+\}/g) ?? []
  const walk = (one: object, other: object, path: string): void => {
    assert.deepEqual(Object.keys(one), Object.keys(other), path)
    for (const [key, text] of Object.entries(one)) {
      const translated = other[key as keyof typeof other] as string | object
      if (typeof text !== 'string') walk(text, translated as object, `${path}.${key}`)
      else {
        assert.ok(typeof translated === 'string' && translated !== '', `${path}.${key}`)
        assert.deepEqual(places(text), places(translated), `${path}.${key}`)
      }
    }
  }
  walk(languages.es, languages.en, 'texts')
})

test('times are told with their age', () => {
  const now = new Date('2026-11-25T18:00:00Z')
  const age = (at: string, language: 'es' | 'en') => fillTime('{age}', new Date(at), now, language)
  assert.equal(age('2026-11-25T17:59:30Z', 'en'), 'this minute')
  assert.equal(age('2026-11-25T17:57:00Z', 'en'), '3 minutes ago')
  assert.equal(age('2026-11-25T15:10:00Z', 'es'), 'hace 2 horas')
  assert.equal(age('2026-11-23T18:00:00Z', 'es'), 'anteayer')
  assert.match(fillTime('({time})', now, now, 'en'), /^\(.*2026.*\)$/)
})

test('days are days wherever the browser is', () => {
  assert.equal(formatDay('2026-12-31', 'es'), '31 de diciembre de 2026')
  assert.equal(formatDay('2026-12-31', 'en'), 'December 31, 2026')
  assert.equal(formatDay('soon', 'en'), 'soon')
})

test('each data set has its addresses', () => {
  assert.deepEqual(siteOf('/c'), {
    staging: false,
    keys: '/.well-known/iddi-card-keys.json',
    revocations: '/v1/iddi/credenciales/revocaciones',
    status: '/v1/iddi/credenciales/estado',
  })
  assert.deepEqual(siteOf('/cs'), {
    staging: true,
    keys: '/.well-known/iddi-card-keys-staging.json',
    revocations: '/v1-stag/iddi/credenciales/revocaciones',
    status: '/v1-stag/iddi/credenciales/estado',
  })
})
