// What the platform under test has: its address, and QR codes of its cards.
import { readFileSync } from 'node:fs'

const path = process.env.VENTANILLA_SCENE
if (!path) throw new Error('run this by `go test -run "TestValidator|TestWidgets|TestPassKeys" ./services/e2e`, which starts a platform and tells what it has')

/** base_url, ca_file; for the validator qr, revoked_qr and stag_qr (texts of codes), png (a picture of qr), camera (a film of it); for the widgets what demo.json has of cmp; for pass keys what it has of mosia, with a beneficiary's token. */
export const scene = JSON.parse(readFileSync(path, 'utf8'))

/** The text of a code with one letter of the name changed. */
export const tampered = scene.qr?.replace(/[A-Z]+, /, (name) => (name.startsWith('X') ? 'Y' : 'X') + name.slice(1))

/** The fields of a code's text. */
export function fieldsOf(qr) {
  const [, type, number, name, programme, code, folio, signature] = qr.slice(qr.indexOf('#') + 1).split('|')
  return { type, number, name, programme, code, folio, signature }
}
