import { en } from './texts.en.ts'
import { es } from './texts.es.ts'

/** Texts is all that the page says in one language. */
export type Texts = typeof es

/** Language is one that the page speaks. */
export type Language = 'es' | 'en'

export const languages: Readonly<Record<Language, Texts>> = { es, en }

/** The first language of a browser's preferences that the page speaks, or else Spanish. */
export function preferred(tags: readonly string[]): Language {
  for (const tag of tags) {
    const primary = tag.toLowerCase().split('-')[0]
    if (primary === 'es' || primary === 'en') return primary
  }
  return 'es'
}

/** A moment, and how long ago it was, for a text's {time} and {age}. */
export function fillTime(text: string, at: Date, now: Date, language: Language): string {
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(at)
  return text.replace('{time}', time).replace('{age}', age(at, now, language))
}

/** A day as the registry writes it, YYYY-MM-DD; as it is when it is none. */
export function formatDay(day: string, language: Language): string {
  const at = new Date(`${day}T00:00:00Z`)
  return isNaN(+at) ? day : new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(at)
}

const units = [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const

function age(at: Date, now: Date, language: Language): string {
  const seconds = (+at - +now) / 1000
  const [unit, length] = units.find(([, length]) => Math.abs(seconds) >= length) ?? units[2]
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(seconds / length), unit)
}
