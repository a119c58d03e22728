import { hiddenText, icon, linkOut, make } from './element.ts'
import { count, fill } from './language.ts'
import type { Speech } from './speech.ts'
import type { Benefit, Condition, Norm } from './wire.ts'

/** Benefits by category, in the order in which the service gives them; the first category is open. */
export function showBenefits(benefits: readonly Benefit[], title: string, speech: Speech): HTMLElement {
  const { texts } = speech
  const section = make('section', { part: 'benefits' }, speech.heading(1, { class: 'section-title' }, title))
  if (benefits.length === 0) {
    section.append(showNothing('search', texts.noBenefits, texts.noBenefitsHint))
    return section
  }
  section.append(make('p', { class: 'summary soft', part: 'summary' }, summaryOf(benefits, speech)))
  const categories = new Map<string, Benefit[]>()
  for (const benefit of benefits) categories.set(benefit.category, [...(categories.get(benefit.category) ?? []), benefit])
  for (const [category, members] of categories) section.append(showCategory(category, members, speech))
  section.querySelector('details')!.open = true
  return section
}

function summaryOf(benefits: readonly Benefit[], { texts }: Speech): string {
  const eligible = benefits.filter((benefit) => benefit.eligible).length
  return fill(eligible > 0 ? texts.benefitSummary : '{count}.', { count: count(benefits.length, texts.benefitCount), eligible })
}

/** A place where there is nothing to show, and why. */
export function showNothing(shape: Parameters<typeof icon>[0], what: string, hint: string): HTMLElement {
  return make('div', { class: 'nothing', part: 'empty' }, icon(shape), make('p', { class: 'strong' }, what), make('p', { class: 'soft' }, hint))
}

function showCategory(category: string, benefits: readonly Benefit[], speech: Speech): HTMLElement {
  const { categories, benefitCount } = speech.texts
  const name = categories[category as keyof typeof categories] ?? (category || categories.otros)
  return make(
    'details',
    { class: 'category', part: 'category' },
    make('summary', {}, speech.heading(2, {}, name), make('span', { class: 'count' }, count(benefits.length, benefitCount))),
    make('ul', { class: 'benefits' }, ...benefits.map((benefit) => showBenefit(benefit, speech))),
  )
}

function showBenefit(benefit: Benefit, speech: Speech): HTMLElement {
  const { texts } = speech
  const { title, description, url, eligible, conditions, norms } = benefit
  const missing = conditions.some(({ state }) => state === 'unknown')
  const about = hiddenText(` ${fill(texts.about, { title })}`)
  const why = make(
    'details',
    { class: 'why', part: 'why' },
    make('summary', {}, missing ? texts.whyAndMissing : texts.why, about),
    make('ul', { class: 'conditions' }, ...conditions.map((condition) => showCondition(condition, speech))),
    norms.length > 0 && make('p', { class: 'law-title' }, texts.law),
    norms.length > 0 && make('ul', { class: 'law', part: 'law' }, ...norms.map((norm) => showNorm(norm, speech))),
  )
  return make(
    'li',
    { class: 'benefit', part: 'benefit' },
    make(
      'p',
      { class: eligible ? 'badge good' : 'badge maybe', part: 'state' },
      icon(eligible ? 'check' : 'question'),
      eligible ? texts.eligible : texts.potential,
    ),
    speech.heading(3, { part: 'benefit-title' }, title),
    description !== '' && make('p', { class: 'description' }, description),
    (conditions.length > 0 || norms.length > 0) && why,
    url !== null && make('p', { class: 'official' }, linkOut(url, texts, texts.official, about.cloneNode(true))),
  )
}

const shapeOf = { holds: 'check', fails: 'cross', unknown: 'question' } as const

function showCondition({ text, state, missing }: Condition, { texts }: Speech): HTMLElement {
  return make(
    'li',
    { class: `condition ${state}`, part: 'condition' },
    icon(shapeOf[state]),
    make(
      'div',
      {},
      make('p', {}, text),
      make('p', { class: 'soft' }, texts.conditions[state]),
      missing.length > 0 && make('div', { class: 'missing', part: 'missing' }, make('p', {}, texts.missing), make('ul', {}, ...missing.map((name) => make('li', {}, name)))),
    ),
  )
}

function showNorm({ name, article, url }: Norm, { texts }: Speech): HTMLElement {
  const text = [name, article].filter((part) => part !== '').join(', ')
  return make('li', {}, url === null ? text : linkOut(url, texts, text))
}
