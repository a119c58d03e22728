import { parseCard, type Card } from '../verify/card.ts'
import type { KeySet } from '../verify/keys.ts'
import { findFlaw, judgeStanding, type Reason } from '../verify/offline.ts'
import type { RevocationList } from '../verify/revocations.ts'
import type { Kept } from './kept.ts'
import type { Status } from './status.ts'

/** Verdict is what the page tells: a reason, or what only the registry knows, or that there are no keys to judge by. */
export type Verdict = Reason | 'expired' | 'not_found' | 'no_keys'

/** Sources is where what a verdict needs comes from. */
export interface Sources {
  keys(): Promise<Kept<KeySet> | null>
  list(keys: KeySet): Promise<Kept<RevocationList> | null>
  status(card: Card): Promise<Status | 'not_found' | null>
  now(): Date
}

/** Outcome is a verdict with what it rests on. */
export interface Outcome {
  readonly verdict: Verdict
  readonly card: Card | null
  /** Whether the signature verified, so that what the card says is the issuer's word. */
  readonly genuine: boolean
  /** The registry's answer; null when it gave none, or was not asked. */
  readonly status: Status | null
  /** Whether the verdict is the registry's, the page's own, or needs neither. */
  readonly source: 'online' | 'offline' | 'none'
  readonly list: RevocationList | null
  readonly keysAt: Date | null
}

/**
 * Judges the text after "#". The registry is asked only about a card whose signature verifies, so that what somebody
 * made up goes nowhere. Where it and the list differ, the worse word counts.
 */
export async function check(body: string, validator: string | null, sources: Sources): Promise<Outcome> {
  const card = parseCard(body)
  const outcome = { card, genuine: false, status: null, source: 'none', list: null, keysAt: null } as const
  if (!card) return { ...outcome, verdict: 'unreadable' }
  const keys = await sources.keys()
  if (!keys) return { ...outcome, verdict: 'no_keys' }

  const own = { ...outcome, source: 'offline', keysAt: keys.at } as const
  const flaw = await findFlaw(card, validator, keys.value)
  if (flaw) return { ...own, verdict: flaw }

  const [kept, status] = await Promise.all([sources.list(keys.value), sources.status(card)])
  const list = kept?.value ?? null
  const standing = await judgeStanding(card, list, sources.now())
  const genuine = { ...own, genuine: true, list }
  if (status === null) return { ...genuine, verdict: standing }
  if (status === 'not_found') return { ...genuine, source: 'online', verdict: standing === 'revoked' ? standing : status }
  return { ...genuine, source: 'online', status, verdict: standing === 'revoked' ? standing : verdicts[status.state] }
}

const verdicts = { vigente: 'valid', vencida: 'expired', revocada: 'revoked' } as const
