import { make } from './element.ts'
import { languages, type Language, type Texts } from './language.ts'

/** Speech is how a widget speaks on its page: in which language, and how deep its headings are. */
export class Speech {
  readonly language: Language
  readonly texts: Texts
  readonly #level: number

  /** The level is that of the widget's title. */
  constructor(language: Language, level: number) {
    this.language = language
    this.texts = languages[language]
    this.#level = level
  }

  /** A heading so many levels below the title. */
  heading(below: number, attributes: Readonly<Record<string, string>>, ...children: readonly (Node | string)[]): HTMLHeadingElement {
    return make(`h${Math.min(this.#level + below, 6)}` as 'h2', attributes, ...children)
  }
}
