import { decodeBase64url } from './base64url.ts'
import type { Card } from './card.ts'
import { isSigned, type KeySet } from './keys.ts'
import { sha256 } from './signature.ts'

/** RevocationList says which cards were revoked when it was made. */
export interface RevocationList {
  readonly issuedAt: Date
  /** When it says nothing more of cards that it does not name. */
  readonly expiresAt: Date
  /** The first 8 bytes of SHA-256(folio + signature) of each card, in order. */
  readonly prefixes: Uint8Array
}

const prefixLength = 8
const maxLength = 16 << 20 // about a million and a half revoked cards

/** The list of a compact JWS that one of the keys signed for one of the validators, or null. Its age is not judged. */
export async function readRevocationList(jws: string, set: KeySet): Promise<RevocationList | null> {
  const parts = jws.split('.')
  if (parts.length !== 3 || jws.length > maxLength) return null
  const [header, payload, signature] = parts as [string, string, string]
  const { alg, typ, kid, crit } = readJSON(header)
  const key = typeof kid === 'string' ? set.keys.get(kid) : undefined
  if (alg !== 'EdDSA' || typ !== 'card-revocations+jwt' || crit !== undefined || !key) return null
  const signed = new TextEncoder().encode(`${header}.${payload}`)
  if (!(await isSigned(decodeBase64url(signature) ?? new Uint8Array(), signed, key))) return null

  const { iss, iat, exp, revoked } = readJSON(payload)
  const prefixes = typeof revoked === 'string' ? decodeBase64url(revoked) : null
  if (!set.validators.includes(String(iss)) || !isTime(iat) || !isTime(exp)) return null
  if (!prefixes || prefixes.length % prefixLength !== 0) return null
  return { issuedAt: new Date(iat * 1000), expiresAt: new Date(exp * 1000), prefixes }
}

/** Whether a list names a card. */
export async function isListed(card: Card, { prefixes }: RevocationList): Promise<boolean> {
  const wanted = (await sha256(card.folio + card.signature)).subarray(0, prefixLength)
  let [low, high] = [0, prefixes.length / prefixLength]
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compare(prefixes.subarray(middle * prefixLength, (middle + 1) * prefixLength), wanted)
    if (order === 0) return true
    if (order < 0) low = middle + 1
    else high = middle
  }
  return false
}

function compare(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((byte, i) => byte !== other[i])
  return at < 0 ? 0 : one[at]! - other[at]!
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && value < 1e11
}

/** The members of a part that is a JSON object; none of one that is not. */
function readJSON(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64url(part) ?? new Uint8Array()))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
