import type { Card } from '../verify/card.ts'
import type { Outcome } from './check.ts'
import { fillTime, formatDay, type Language, languages, type Texts } from './language.ts'

/** What the verdict's place shows: nothing read yet, being checked, or an outcome and the address in the code. */
export type Shown = 'empty' | 'checking' | { readonly outcome: Outcome; readonly validator: string | null; readonly at: Date }

/** View writes to the page. It makes no markup of texts, so that nothing that a code says is run. */
export class View {
  readonly #language: Language
  readonly #texts: Texts

  constructor(language: Language) {
    this.#language = language
    this.#texts = languages[language]
  }

  /** Writes all that does not depend on a card. */
  showPage(): void {
    const { page } = this.#texts
    document.documentElement.lang = this.#language
    document.title = page.title
    for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
      element.textContent = page[element.dataset.text as keyof Texts['page']]
    }
    const other = byId('language')
    other.textContent = page.languageSwitch
    other.lang = this.#language === 'es' ? 'en' : 'es'
    byId('preview').setAttribute('aria-label', page.preview)
  }

  show(shown: Shown): void {
    const verdict = typeof shown === 'string' ? shown : shown.outcome.verdict
    const offline = typeof shown !== 'string' && verdict === 'valid' && shown.outcome.source === 'offline'
    const { title, detail } = this.#texts.verdicts[offline ? 'valid_offline' : verdict]
    const result = byId('result')
    result.dataset.verdict = verdict
    byId('verdict').setAttribute('aria-busy', String(shown === 'checking'))
    byId('verdict-title').textContent = title
    byId('verdict-detail').textContent = detail
    const known = typeof shown === 'string' ? null : shown
    byId('provenance').replaceChildren(...(known ? this.#provenance(known.outcome, known.at) : []).map((line) => element('p', line)))
    byId('card').hidden = !known?.outcome.card
    byId('unverified').hidden = known?.outcome.genuine ?? true
    byId('fields').replaceChildren(...(known?.outcome.card ? this.#fields(known.outcome, known.outcome.card, known.validator) : []))
    byId('again').hidden = !known || known.outcome.source === 'online' || verdict === 'unreadable' || verdict === 'unknown_issuer'
  }

  /** What the verdict rests on, a sentence each. */
  #provenance({ source, verdict, list, keysAt, genuine }: Outcome, at: Date): string[] {
    const { page } = this.#texts
    const fill = (text: string, time: Date) => fillTime(text, time, at, this.#language)
    if (source === 'online') return [fill(page.online, at)]
    if (source === 'none' || !keysAt) return []
    if (!genuine) return verdict === 'bad_signature' ? [fill(page.keysAge, keysAt)] : []
    const age = list ? fill(verdict === 'stale_list' ? page.listStale : page.listAge, list.issuedAt) : page.noList
    return [page.offline, age, ...(verdict === 'valid' ? [page.noExpiry] : [])]
  }

  #fields({ status, verdict }: Outcome, card: Card, validator: string | null): HTMLElement[] {
    const { page, types, motives } = this.#texts
    const fields: [string, string | null | undefined][] = [
      [page.name, card.name],
      [page.type, types[card.type]],
      [page.number, card.number === '0000' ? null : card.number],
      [page[placeOf(card)], card.programme],
      [page.folio, card.folio],
      [page.validUntil, status?.validUntil && formatDay(status.validUntil, this.#language)],
      [page.revokedAt, status?.revokedAt && formatDay(status.revokedAt.slice(0, 10), this.#language)],
      [page.motive, status?.motive && (motives[status.motive as keyof Texts['motives']] ?? status.motive)],
      [page.address, verdict === 'unknown_issuer' ? validator : null],
    ]
    return fields.filter(([, value]) => value).flatMap(([name, value]) => [element('dt', name), element('dd', value!)])
  }
}

function placeOf({ type }: Card): 'department' | 'entity' | 'programme' {
  if (type === 'A' || type === 'D') return 'department'
  return type === 'E' || type === 'S' ? 'entity' : 'programme'
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

/** The element of the page with an identifier. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T
}
