import { showBenefits } from './benefits.ts'
import { icon, make } from './element.ts'
import { fill, formatRut, formatTime } from './language.ts'
import type { Speech } from './speech.ts'
import type { Access, Perfil } from './wire.ts'

/** Who the citizen is, the potential benefits, and who read the data. */
export function showPerfil({ rut, givenNames, surnames, benefits, accesses, revision }: Perfil, speech: Speech): HTMLElement[] {
  const { texts } = speech
  const name = [givenNames, surnames].filter((part) => part !== '').join(' ')
  return [
    make(
      'div',
      { class: 'person', part: 'person' },
      make('span', { class: 'portrait', 'aria-hidden': 'true' }, initials(givenNames, surnames) || icon('person')),
      make(
        'div',
        {},
        make('p', { class: name ? 'name' : 'soft', part: 'name' }, name || texts.nameless),
        make('p', { class: 'soft' }, `${texts.rut} ${formatRut(rut)}`),
      ),
    ),
    showBenefits(benefits, texts.benefits, speech),
    showAccesses(accesses, speech),
    ...showRevision(revision, speech),
  ]
}

/** Which state of the catalogue the benefits come from. */
export function showRevision(revision: number | null, { texts }: Speech): HTMLElement[] {
  return revision === null ? [] : [make('p', { class: 'revision soft', part: 'revision' }, fill(texts.revision, { revision }))]
}

function initials(...names: readonly string[]): string {
  return names.map((name) => [...name][0] ?? '').join('').toUpperCase()
}

/** How many readings are shown without asking. */
const shownAccesses = 3

function showAccesses(accesses: readonly Access[], speech: Speech): HTMLElement {
  const { texts } = speech
  const section = make('section', { part: 'accesses' }, speech.heading(1, { class: 'section-title' }, texts.accesses))
  const entries = accesses.map((access) => showAccess(access, speech))
  if (entries.length === 0) section.append(make('p', { class: 'soft' }, texts.noAccesses))
  else section.append(make('ul', { class: 'accesses' }, ...entries.slice(0, shownAccesses)))
  if (entries.length > shownAccesses) {
    section.append(make('details', { class: 'why' }, make('summary', {}, texts.allAccesses), make('ul', { class: 'accesses' }, ...entries.slice(shownAccesses))))
  }
  return section
}

function showAccess({ at, who, why }: Access, { language }: Speech): HTMLElement {
  return make(
    'li',
    { part: 'access' },
    make('p', { class: 'strong' }, who),
    why !== '' && make('p', {}, why),
    at && make('p', { class: 'soft' }, make('time', { datetime: at.toISOString() }, formatTime(at, language))),
  )
}
