import { verifyAsync } from '@noble/ed25519'
import { decodeBase64url } from './base64url.ts'

/** KeySet is what the issuer publishes: the keys of live cards, and the addresses that it prints before "#". */
export interface KeySet {
  /** By their identifiers. */
  readonly keys: ReadonlyMap<string, Uint8Array>
  readonly validators: readonly string[]
}

const maxKeys = 256

/** The key set of the published JSON, or null when it is none. Keys of another kind are passed over (RFC 7517, 5). */
export function readKeySet(json: string): KeySet | null {
  let set: { keys?: unknown; validators?: unknown } | null
  try {
    set = JSON.parse(json)
  } catch {
    return null
  }
  if (!Array.isArray(set?.keys) || !Array.isArray(set.validators) || set.keys.length > maxKeys) return null
  const keys = new Map<string, Uint8Array>()
  for (const jwk of set.keys) {
    const bytes = publicKey(jwk)
    if (bytes) keys.set(jwk.kid, bytes)
  }
  return { keys, validators: set.validators.filter((address) => typeof address === 'string') }
}

function publicKey(jwk: Record<string, unknown> | null): Uint8Array | null {
  if (jwk?.kty !== 'OKP' || jwk.crv !== 'Ed25519' || typeof jwk.kid !== 'string' || typeof jwk.x !== 'string') return null
  const bytes = decodeBase64url(jwk.x)
  return bytes?.length === 32 ? bytes : null
}

/** Whether a signature is a key's, by the strict rules of RFC 8032: no second encoding of a point or a number. */
export async function isSigned(signature: Uint8Array, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  if (signature.length !== 64) return false
  return verifyAsync(signature, message, key, { zip215: false })
}
