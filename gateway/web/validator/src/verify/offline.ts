import { parseCard, type Card } from './card.ts'
import type { KeySet } from './keys.ts'
import { isListed, type RevocationList } from './revocations.ts'
import { isGenuine } from './signature.ts'

/** Reason is what a verifier that asks nobody says of a QR code. */
export type Reason = Flaw | Standing

/** Flaw is what is wrong with the code itself. */
export type Flaw = 'unreadable' | 'unknown_issuer' | 'bad_signature'

/** Standing is what the list of revoked cards says of a genuine card. */
export type Standing = 'valid' | 'revoked' | 'stale_list'

const leeway = 5_000 // milliseconds that two clocks may differ

/** Judges the text after "#" by published keys and the last list. */
export async function judgeOffline(
  body: string,
  validator: string | null,
  set: KeySet,
  list: RevocationList | null,
  now: Date,
): Promise<Reason> {
  const card = parseCard(body)
  return (await findFlaw(card, validator, set)) ?? judgeStanding(card!, list, now)
}

/**
 * What is wrong with a code, or null when the card is genuine. The address before "#" is only known of a code that was
 * scanned, and null otherwise: a page that was opened by it is there.
 */
export async function findFlaw(card: Card | null, validator: string | null, set: KeySet): Promise<Flaw | null> {
  if (!card) return 'unreadable'
  if (validator !== null && !set.validators.includes(validator)) return 'unknown_issuer'
  return (await isGenuine(card, set)) ? null : 'bad_signature'
}

/** A card that an old list names is revoked; one that it does not name may have been since. */
export async function judgeStanding(card: Card, list: RevocationList | null, now: Date): Promise<Standing> {
  if (!list) return 'stale_list'
  if (await isListed(card, list)) return 'revoked'
  return +now < +list.expiresAt + leeway && +now > +list.issuedAt - leeway ? 'valid' : 'stale_list'
}
