import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeFragment, parseCard, splitScanned } from '../src/verify/card.ts'
import { vector, validator } from './vector.ts'

const signature = vector.signature
const student = (change: Record<number, string> = {}) =>
  Object.assign(['iDDi1', 'L', '19003500', 'NUÑEZ, , ANA', 'DERECHO', '1', 'aZ09', signature], change).join('|')

test('the documented card is read', () => {
  assert.deepEqual(parseCard(vector.body), {
    text: vector.text,
    type: 'L',
    number: '19003500',
    name: 'LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO',
    programme: 'CIENCIAS DE LA EDUCACION',
    code: '6895',
    folio: '1zr1RN',
    signature,
  })
})

test('what the rules allow is read', () => {
  const good = {
    'one surname': student(),
    'a worker with a short number': student({ 1: 'A', 2: '42' }),
    'a worker with a long one': student({ 1: 'D', 2: '-123456' }),
    'an external person without a number': student({ 1: 'E', 2: '0000', 5: '0' }),
    'a name of 60 letters': student({ 3: 'Ñ'.repeat(60), 4: 'Ü' }),
    'all signs that are printed': student({ 4: `A1 .,:;'"()/&+-` }),
    'a programme of 40': student({ 4: 'P'.repeat(40) }),
  }
  for (const [name, body] of Object.entries(good)) assert.ok(parseCard(body), name)
})

test('what breaks a rule is unreadable', () => {
  const bad = {
    nothing: '',
    'a field less': vector.text,
    'a field more': `${vector.body}|`,
    'another version': student({ 0: 'iDDi2' }),
    'a version in capitals': student({ 0: 'IDDI1' }),
    'another type': student({ 1: 'X' }),
    'two types': student({ 1: 'LL' }),
    'a student with a short number': student({ 2: '123' }),
    'a long number': student({ 2: '1234567890123' }),
    'a number with another letter': student({ 2: '1900A500' }),
    'a name in small letters': student({ 3: 'Nuñez, , Ana' }),
    'a name with an accent': student({ 3: 'NUÑEZ, , ÁNA' }),
    'a decomposed Ñ': student({ 3: 'NUN\u0303EZ, , ANA' }),
    'a name of 61 letters': student({ 3: 'A'.repeat(61) }),
    'no name': student({ 3: '' }),
    'a name with another sign': student({ 3: 'NUÑEZ, , ANA <' }),
    'a name with a line end': student({ 3: 'NUÑEZ, , ANA\n' }),
    'a programme of 41': student({ 4: 'P'.repeat(41) }),
    'a code that is no number': student({ 5: '12a' }),
    'a code of six digits': student({ 5: '123456' }),
    'digits of another script': student({ 5: '١٢' }),
    'no folio': student({ 6: '' }),
    'a long folio': student({ 6: 'abcdefg' }),
    'a short signature': student({ 7: signature.slice(1) }),
    'a padded signature': student({ 7: `${signature}==` }),
    'a signature in plain base64': student({ 7: signature.replace('-', '+') }),
    'a signature with spare bits': student({ 7: `${signature.slice(0, -1)}h` }),
    'more than a QR code holds': student({ 3: 'Ñ'.repeat(60), 4: 'Ñ'.repeat(40) }),
  }
  for (const [name, body] of Object.entries(bad)) assert.equal(parseCard(body), null, name)
})

test('a fragment is decoded as browsers encode it', () => {
  const { hash } = new URL(`${validator}#${student()}`)
  assert.match(hash, /%C3%91/)
  assert.equal(decodeFragment(hash), student())
  assert.equal(decodeFragment(''), '')
  for (const bad of ['#%', '#%C3', '#%C0%AF', '#%FF', '#%ED%A0%80', '#%E9']) assert.equal(decodeFragment(bad), null, bad)
})

test('a scanned text has an address', () => {
  assert.deepEqual(splitScanned(`${validator}#${vector.body}`), { validator, body: vector.body })
  assert.equal(splitScanned(vector.body), null)
  assert.equal(splitScanned(`${validator}#${'a'.repeat(251)}`), null)
})
