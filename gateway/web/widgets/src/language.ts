import { en } from './texts.en.ts'
import { es } from './texts.es.ts'

/** Texts is all that the widgets say of their own in one language. */
export type Texts = typeof es

/** Language is one that the widgets speak. */
export type Language = 'es' | 'en'

export const languages: Readonly<Record<Language, Texts>> = { es, en }

/** The language of a part of a page by its lang attribute; Spanish when the widgets do not speak it. */
export function spoken(tag: string | null | undefined): Language {
  return tag?.toLowerCase().split('-')[0] === 'en' ? 'en' : 'es'
}

/** A text with its {names} replaced. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}

/** A count with its noun, which is written "one|many". */
export function count(n: number, forms: string): string {
  const [one, many] = forms.split('|')
  return `${n} ${n === 1 ? one : many}`
}

/** A moment as people write it. */
export function formatTime(at: Date, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(at)
}

/** A length of time in its largest fitting unit, rounded up. */
export function formatWait(seconds: number, language: Language): string {
  const [value, unit] = seconds > 5400 ? [seconds / 3600, 'hour'] : seconds > 90 ? [seconds / 60, 'minute'] : [seconds, 'second']
  return new Intl.NumberFormat(language, { style: 'unit', unit: unit as string, unitDisplay: 'long' }).format(Math.ceil(value as number))
}

/** A RUT with its dots, as Chileans write it; as it is when it is none. */
export function formatRut(rut: string): string {
  return /^\d+-[\dkK]$/.test(rut) ? rut.toUpperCase().replace(/\d(?=(\d{3})+-)/g, '$&.') : rut
}
