import { decode } from './base64url.js'
import { parseCard } from './card.js'

const utf8 = new TextEncoder()
const leeway = 5 // seconds between clocks

/** Verifies cards with published keys and, where there is one, a revocation list. It makes no connection. */
export class CardVerifier {
  #keys
  #validators
  #list
  #now

  /**
   * keys is what Iddi.llaves returned, revocations what Iddi.revocaciones did; without the latter every good signature is
   * "stale_list", since nobody can say that the card was not revoked, unless requireList is false.
   */
  constructor({ keys, revocations, requireList = true, now = () => Date.now() }) {
    this.#keys = (keys?.keys ?? []).filter((key) => key.kty === 'OKP' && key.crv === 'Ed25519')
      .map(({ kid, x }) => ({ kid, key: importKey(x) }))
    for (const { key } of this.#keys) key.catch(() => {}) // told by verify
    this.#validators = keys?.validators ?? []
    this.#list = revocations ? openRevocationList(revocations, keys) : null
    this.#list?.catch(() => {})
    this.requireList = requireList
    this.#now = now
  }

  /**
   * The verdict about the text of a QR code, with the card when it could be read: valid, unreadable, unknown_issuer,
   * bad_signature, revoked, or stale_list: the signature is good, but the list at hand is too old to rely on, or of a time to come.
   */
  async verify(qr) {
    const card = parseCard(qr)
    if (!card) return { verdict: 'unreadable', card: null }
    if (card.validator !== null && !this.#validators.includes(card.validator)) return { verdict: 'unknown_issuer', card }
    if (!await this.#signed(card)) return { verdict: 'bad_signature', card }
    const list = this.#list && await this.#list
    if (list && list.has(await cardPrefix(card))) return { verdict: 'revoked', card, listedAt: list.issuedAt }
    const now = this.#now() / 1000 // one before the list was made says nothing of its age
    const stale = list ? now > list.expires + leeway || now < list.issuedAt / 1000 - leeway : this.requireList
    return { verdict: stale ? 'stale_list' : 'valid', card, listedAt: list?.issuedAt ?? null }
  }

  async #signed(card) {
    const signature = decode(card.signature)
    const message = utf8.encode(hex(await sha256(utf8.encode(card.text))))
    const verdicts = await Promise.all(this.#keys.map(async ({ key }) => verifyWith(await key, signature, message)))
    return verdicts.includes(true)
  }
}

/** Opens a signed list of revoked cards. Throws when no published key signed it, or it is no such list. */
export async function openRevocationList(jws, keys) {
  const [head, payload, signature, more] = String(jws).split('.')
  const text = new TextDecoder('utf-8', { fatal: true })
  const header = JSON.parse(text.decode(decode(head ?? '')))
  if (more !== undefined || header.alg !== 'EdDSA' || header.typ !== 'card-revocations+jwt' || header.crit !== undefined) {
    throw new TypeError('this is no list of revoked cards')
  }
  const known = (keys?.keys ?? []).find((key) => key.kid === header.kid && key.kty === 'OKP' && key.crv === 'Ed25519')
  if (!known || !await verifyWith(await importKey(known.x), decode(signature ?? ''), utf8.encode(`${head}.${payload}`))) {
    throw new TypeError('no published key signed this list of revoked cards')
  }
  const { iss, iat, exp, revoked } = JSON.parse(text.decode(decode(payload)))
  if (!(keys.validators ?? []).includes(iss) || !Number.isFinite(iat) || !Number.isFinite(exp)) {
    throw new TypeError('this list of revoked cards is of another issuer')
  }
  const joined = hex(decode(revoked))
  if (joined.length % 16) throw new TypeError('this is no list of revoked cards')
  const prefixes = new Set(joined.match(/.{16}/g) ?? [])
  return { issuedAt: new Date(iat * 1000), expires: exp, size: prefixes.size, has: (prefix) => prefixes.has(prefix) }
}

/** What a list has of a card: the first 8 bytes of SHA-256 over folio and signature as printed, in hex. */
async function cardPrefix({ folio, signature }) {
  return hex((await sha256(utf8.encode(folio + signature))).subarray(0, 8))
}

async function importKey(x) {
  return crypto.subtle.importKey('raw', decode(x), { name: 'Ed25519' }, false, ['verify'])
}

async function verifyWith(key, signature, message) {
  return signature.length === 64 && crypto.subtle.verify({ name: 'Ed25519' }, key, signature, message)
}

async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
