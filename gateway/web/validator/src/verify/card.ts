import { decodeBase64url } from './base64url.ts'

/** Card is what a QR code says of a card, well-formed and not yet verified. */
export interface Card {
  /** What is signed, from the version to the folio. */
  readonly text: string
  readonly type: CardType
  readonly number: string
  readonly name: string
  /** The programme of a student, the department of a worker, the entity of others. */
  readonly programme: string
  readonly code: string
  readonly folio: string
  /** The signature as printed. */
  readonly signature: string
}

/** CardType is the kind of person: student (B, L, P), worker (A, D), external (E), staff (S). */
export type CardType = 'A' | 'D' | 'L' | 'B' | 'P' | 'E' | 'S'

/** Scanned is the whole text of a QR code in its two parts. */
export interface Scanned {
  /** The address before the "#". */
  readonly validator: string
  /** What follows it. */
  readonly body: string
}

const maxBytes = 251 // of a QR code of version 11 at error correction M
const maxName = 60
const maxProgramme = 40
const signatureLength = 86

/** The parts of a QR code's text, or null when there is no "#" in it or it is too long. */
export function splitScanned(text: string): Scanned | null {
  const at = text.indexOf('#')
  if (at < 0 || byteLength(text) > maxBytes) return null
  return { validator: text.slice(0, at), body: text.slice(at + 1) }
}

/**
 * The text after "#" of an address, as it was printed. Browsers percent-encode what it has of spaces and of letters
 * beyond ASCII; null when that is no UTF-8.
 */
export function decodeFragment(hash: string): string | null {
  try {
    return decodeURIComponent(hash.replace(/^#/, ''))
  } catch {
    return null
  }
}

/** The card that a text from VERSION to FIRMA_DIGITAL describes, or null when it breaks a rule. */
export function parseCard(body: string): Card | null {
  const fields = body.split('|')
  if (fields.length !== 8 || byteLength(body) > maxBytes) return null
  const [version, type, number, name, programme, code, folio, signature] = fields as Eight
  const good =
    version === 'iDDi1' &&
    isType(type) &&
    isNumber(type, number) &&
    isPrinted(name, maxName) &&
    isPrinted(programme, maxProgramme) &&
    /^[0-9]{1,5}$/.test(code) &&
    /^[a-zA-Z0-9]{1,6}$/.test(folio) &&
    signature.length === signatureLength &&
    decodeBase64url(signature) !== null
  if (!good) return null
  return { text: fields.slice(0, 7).join('|'), type, number, name, programme, code, folio, signature }
}

type Eight = [string, string, string, string, string, string, string, string]

function isType(text: string): text is CardType {
  return /^[ADLBPES]$/.test(text)
}

function isNumber(type: CardType, text: string): boolean {
  const pattern = type === 'A' || type === 'D' ? /^([0-9]{2,6}|[-0-9XBLMOV]{4,12})$/ : /^[-0-9XBLMOV]{4,12}$/
  return pattern.test(text)
}

/** Names and programmes are printed in capitals without accents, except Ñ and Ü, and with few other signs. */
function isPrinted(text: string, longest: number): boolean {
  return text.length <= longest && /^[A-ZÑÜ0-9 .,:;'"()/&+-]+$/.test(text)
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length
}
