import type { Language } from './language.ts'

const name = 'validator-language'

/** The language that was chosen in this browser, or null. */
export function chosenLanguage(): Language | null {
  try {
    const kept = localStorage.getItem(name)
    return kept === 'es' || kept === 'en' ? kept : null
  } catch {
    return null // storage is blocked
  }
}

/** Keeps the choice for the next visit, where the browser lets it. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(name, language)
  } catch {
    // The browser's preference holds again next time.
  }
}
