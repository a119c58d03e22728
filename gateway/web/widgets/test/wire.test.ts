import assert from 'node:assert/strict'
import { test } from 'node:test'
import { httpsAddress, readHogar, readPerfil } from '../src/wire.ts'

const benefit = {
  id: 'sap', categoria: 'salud', url: 'https://chileatiende.example/1', title: ' SAP ', description: 'Aporte.', idChileAtiende: [1], estado: 'potencial',
  condiciones: [{ texto: 'Vive en Chile.', estado: 'falta', faltan: ['comuna', 7, ''] }, { texto: 'Es menor.', estado: 'no_cumple', faltan: [] }],
  normas: [{ norma: 'Ley 1', articulo: '2', url: 'http://bcn.example/1' }],
}
const read = {
  category: 'salud', title: 'SAP', description: 'Aporte.', url: 'https://chileatiende.example/1', eligible: false,
  conditions: [{ text: 'Vive en Chile.', state: 'unknown', missing: ['comuna'] }, { text: 'Es menor.', state: 'fails', missing: [] }],
  norms: [{ name: 'Ley 1', article: '2', url: null }],
}

test('a profile', () => {
  const persona = { rut: '44444444-4', nombres: 'Ana', apellidos: 'Rojas' }
  const accesos = [{ fecha: '2026-11-25T18:00:00Z', quien: 'Ministerio', motivo: 'beneficios' }, { fecha: 'ayer', quien: 'Otro' }]
  assert.deepEqual(readPerfil({ persona, beneficios: [benefit], accesos, revision: 12 }), {
    rut: '44444444-4', givenNames: 'Ana', surnames: 'Rojas', benefits: [read], revision: 12,
    accesses: [{ at: new Date('2026-11-25T18:00:00Z'), who: 'Ministerio', why: 'beneficios' }, { at: null, who: 'Otro', why: '' }],
  })
})

test('a household, and none', () => {
  const hogar = { tramo: 40, comuna: 'Arica', integrantes: [{ nombre: 'Ana', relacion: 'jefatura', usted: true }, { nombre: 'Luz', relacion: 'hijo' }] }
  assert.deepEqual(readHogar({ hogar, beneficios: [], revision: 1 }), {
    household: { tranche: 40, commune: 'Arica', members: [{ name: 'Ana', relation: 'jefatura', self: true }, { name: 'Luz', relation: 'hijo', self: false }] },
    benefits: [], revision: 1,
  })
  assert.deepEqual(readHogar({ hogar: { tramo: null, comuna: null, integrantes: null }, beneficios: [] })?.household, { tranche: null, commune: '', members: [] })
  assert.equal(readHogar({ hogar: null, beneficios: [] })?.household, null)
})

test('what is no answer of the service is none', () => {
  for (const bad of [null, undefined, 7, 'x', [], {}, { beneficios: {} }, { persona: [] }]) {
    assert.equal(readPerfil(bad), null)
    assert.equal(readHogar(bad), null)
  }
})

test('what has another type counts as empty', () => {
  const odd = readPerfil({ persona: { rut: 4, nombres: {}, apellidos: null }, beneficios: [null, 7, { title: {}, condiciones: 'x', normas: [3] }], accesos: 'x' })
  assert.deepEqual(odd, {
    rut: '', givenNames: '', surnames: '', accesses: [], revision: null,
    benefits: [{ category: '', title: '', description: '', url: null, eligible: false, conditions: [], norms: [] }],
  })
})

test('only https is followed', () => {
  assert.equal(httpsAddress('https://a.example/x y'), 'https://a.example/x%20y')
  for (const bad of ['http://a.example/', 'javascript:alert(1)', ' JaVaScRiPt:alert(1)', 'data:text/html,x', '//a.example/', '/x', '', 'https://', null, 7]) {
    assert.equal(httpsAddress(bad), null, String(bad))
  }
})
