// The vector that the card's description documents, and a signer of more.
import { generateKeyPairSync, sign, createHash, type KeyObject } from 'node:crypto'
import { readKeySet, type KeySet } from '../src/verify/keys.ts'

export const validator = 'https://ventanilla.example/c'

const text = 'iDDi1|L|19003500|LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO|CIENCIAS DE LA EDUCACION|6895|1zr1RN'
const signature = 'ED-K0rHdENdgdMOhcPgD12iRGA1K1lP6Wz-UwSZzj8VOe4MsMdTVPMWJFcAS9YVs6-wgbsr4nt3TaZeFc2UwBg'

export const vector = { text, signature, body: `${text}|${signature}` }
export const vectorKeys = keySet(Buffer.from('PWgp0g3bjpP5RQjZPSgUBWb9c4Gu27ZVTfTgzRXYSJM=', 'base64').toString('base64url'))

/** The key set of public keys, in base64url; their identifiers are k0, k1 … */
export function keySet(...keys: string[]): KeySet {
  const jwks = keys.map((x, i) => ({ kty: 'OKP', crv: 'Ed25519', x, kid: `k${i}`, alg: 'EdDSA', use: 'sig' }))
  const set = readKeySet(JSON.stringify({ keys: jwks, validators: [validator] }))
  if (!set) throw new Error('the key set was not read')
  return set
}

/** Signer issues cards and lists with a key of its own. */
export class Signer {
  readonly keys: KeySet
  readonly #secret: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.#secret = privateKey
    this.keys = keySet(publicKey.export({ format: 'jwk' }).x!)
  }

  /** The text after "#" of a card with the fields from TIPO to FOLIO. */
  card(fields: string): string {
    const text = `iDDi1|${fields}`
    const digest = createHash('sha256').update(text).digest('hex')
    return `${text}|${sign(null, Buffer.from(digest), this.#secret).toString('base64url')}`
  }

  /** The compact JWS of a header and claims; what is given replaces what is usual. */
  list(claims: object = {}, header: object = {}): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const usual = { iss: validator, iat: 1_800_000_000, exp: 1_800_086_400, revoked: '' }
    const signed = [part({ alg: 'EdDSA', typ: 'card-revocations+jwt', kid: 'k0', ...header }), part({ ...usual, ...claims })].join('.')
    return `${signed}.${sign(null, Buffer.from(signed), this.#secret).toString('base64url')}`
  }
}

/** What a list says of cards' bodies. */
export function revoked(...bodies: string[]): string {
  const prefixes = bodies.map((body) => {
    const [folio, signature] = body.split('|').slice(-2) as [string, string]
    return createHash('sha256').update(folio + signature).digest().subarray(0, 8)
  })
  return Buffer.concat(prefixes.sort(Buffer.compare)).toString('base64url')
}
