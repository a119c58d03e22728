import { decodeBase64url } from './base64url.ts'
import type { Card } from './card.ts'
import { isSigned, type KeySet } from './keys.ts'

/** Whether one of the keys signed the card: Ed25519 over the lower-case hex digits of the text's SHA-256. */
export async function isGenuine(card: Card, { keys }: KeySet): Promise<boolean> {
  const signature = decodeBase64url(card.signature)
  if (!signature) return false
  const digest = await sha256(card.text)
  const message = new TextEncoder().encode(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''))
  for (const key of keys.values()) {
    if (await isSigned(signature, message, key)) return true
  }
  return false
}

/** The SHA-256 of a text's UTF-8. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
