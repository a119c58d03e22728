import { showBenefits, showNothing } from './benefits.ts'
import { icon, make } from './element.ts'
import { count, fill } from './language.ts'
import { showRevision } from './perfil.ts'
import type { Speech } from './speech.ts'
import type { Hogar, Household, Member } from './wire.ts'

/** The household, and the benefits that may be due to it. */
export function showHogar({ household, benefits, revision }: Hogar, speech: Speech): HTMLElement[] {
  const { texts } = speech
  if (!household) return [showNothing('home', texts.noHousehold, texts.noHouseholdHint)]
  return [
    make(
      'section',
      { part: 'household' },
      speech.heading(1, { class: 'section-title' }, texts.household),
      make('dl', { class: 'facts' }, showTranche(household, speech), showCommune(household, speech)),
    ),
    showMembers(household.members, speech),
    showBenefits(benefits, texts.householdBenefits, speech),
    ...showRevision(revision, speech),
  ]
}

/** The upper bounds of the tranches, in percent. */
const tranches = [40, 50, 60, 70, 80, 90, 100]

function showTranche({ tranche }: Household, { texts }: Speech): HTMLElement {
  const value = tranche === null ? texts.unknown : fill(texts.trancheValue, { tranche })
  const hint = tranche === null ? null : tranche === 100 ? texts.trancheHighest : fill(texts.trancheHint, { tranche })
  const steps = tranches.map((bound) => make('span', bound === tranche ? { class: 'step here' } : { class: 'step' }))
  return make(
    'div',
    { class: 'fact', part: 'tranche' },
    make('dt', {}, texts.tranche),
    make('dd', {}, make('p', { class: tranche === null ? 'soft' : 'value' }, value)),
    tranche !== null && make('dd', { class: 'scale', 'aria-hidden': 'true' }, ...steps),
    hint !== null && make('dd', { class: 'soft' }, hint),
  )
}

function showCommune({ commune }: Household, { texts }: Speech): HTMLElement {
  return make(
    'div',
    { class: 'fact', part: 'commune' },
    make('dt', {}, texts.commune),
    make('dd', {}, make('p', { class: commune ? 'value' : 'soft' }, commune || texts.unknown)),
  )
}

function showMembers(members: readonly Member[], speech: Speech): HTMLElement {
  const { texts } = speech
  return make(
    'section',
    { part: 'members' },
    speech.heading(1, { class: 'section-title' }, texts.members),
    make('p', { class: 'soft' }, count(members.length, texts.memberCount)),
    make('ul', { class: 'members' }, ...members.map((member) => showMember(member, speech))),
  )
}

function showMember({ name, relation, self }: Member, { texts }: Speech): HTMLElement {
  const { relations } = texts
  return make(
    'li',
    { part: 'member' },
    make('span', { class: 'portrait small', 'aria-hidden': 'true' }, icon('person')),
    make(
      'div',
      {},
      make('p', { class: 'strong' }, name || texts.unknown),
      make('p', { class: 'soft' }, relations[relation as keyof typeof relations] ?? relations.otro),
    ),
    self && make('p', { class: 'badge you', part: 'you' }, texts.you),
  )
}
