import type { Card } from './card.ts'
import { parseCard } from './card.ts'
import type { KeySet } from './keys.ts'
import { isListed, type RevocationList } from './revocations.ts'
import { isGenuine } from './signature.ts'

/** Reason is what a verifier that asks nobody says of a QR code. */
export type Reason = 'valid' | 'unreadable' | 'unknown_issuer' | 'bad_signature' | 'revoked' | 'stale_list'

/** Judgement is a reason, and the card wherever the text could be read as one. */
export interface Judgement {
  readonly reason: Reason
  readonly card: Card | null
}

const leeway = 5_000 // milliseconds that two clocks may differ

/**
 * Judges the text after "#" by published keys and the last list. The address before it is only known of a code that
 * was scanned: a page that was opened by it is there. A card that an old list names is revoked; one that it does not
 * name may have been since.
 */
export async function judgeOffline(
  body: string,
  validator: string | null,
  set: KeySet,
  list: RevocationList | null,
  now: Date,
): Promise<Judgement> {
  const card = parseCard(body)
  if (!card) return { reason: 'unreadable', card }
  if (validator !== null && !set.validators.includes(validator)) return { reason: 'unknown_issuer', card }
  if (!(await isGenuine(card, set))) return { reason: 'bad_signature', card }
  if (list && (await isListed(card, list))) return { reason: 'revoked', card }
  return { reason: isCurrent(list, now) ? 'valid' : 'stale_list', card }
}

function isCurrent(list: RevocationList | null, now: Date): boolean {
  return list !== null && +now < +list.expiresAt + leeway && +now > +list.issuedAt - leeway
}
