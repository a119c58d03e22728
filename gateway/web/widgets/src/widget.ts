import { make } from './element.ts'
import { Failure, adviceFor } from './failure.ts'
import { count, fill } from './language.ts'
import { ask, type Question, ServiceFailure } from './service.ts'
import { Speech } from './speech.ts'
import type { Benefit } from './wire.ts'

/** Kind is what one of the widgets asks for and shows. */
export interface Kind<T extends { readonly benefits: readonly Benefit[] }> {
  readonly path: 'perfil' | 'hogar'
  readonly read: (data: unknown) => T | null
  readonly show: (data: T, speech: Speech) => HTMLElement[]
}

/** How long an answer is waited for. */
const patience = 30_000

/** Widget is one that is on the page, in a shadow root of its own. */
export class Widget<T extends { readonly benefits: readonly Benefit[] }> {
  readonly host: HTMLElement
  readonly #kind: Kind<T>
  readonly #question: Question
  readonly #speech: Speech
  readonly #tell: (failure: ServiceFailure) => void
  readonly #root: ShadowRoot
  readonly #title: HTMLElement
  readonly #status = make('p', { class: 'unseen', role: 'status' })
  readonly #content = make('div', { class: 'content' })
  readonly #frame: HTMLElement
  #asking: AbortController | undefined
  #failure: Failure | undefined

  /** Tell hears of each failure. */
  constructor(kind: Kind<T>, question: Question, stylesheet: URL, speech: Speech, tell: (failure: ServiceFailure) => void) {
    this.#kind = kind
    this.#question = question
    this.#speech = speech
    this.#tell = tell
    this.host = make('div', { class: `cmp-widget cmp-widget-${kind.path}`, lang: speech.language })
    this.#root = this.host.attachShadow({ mode: 'open' })
    this.#title = speech.heading(0, { id: 'title', class: 'title', part: 'title', tabindex: '-1' }, speech.texts[kind.path])
    this.#frame = make('section', { class: 'frame', part: 'widget', 'aria-labelledby': 'title' }, this.#title, this.#status, this.#content)
    this.#frame.hidden = true
    const style = make('link', { rel: 'stylesheet', href: stylesheet.href })
    // What is shown before the style has come would jump; without any it is still readable.
    for (const event of ['load', 'error']) style.addEventListener(event, () => (this.#frame.hidden = false))
    this.#root.append(style, this.#frame)
  }

  /** Asks the service and shows its answer, whatever was asked before. */
  async load(): Promise<void> {
    const { texts } = this.#speech
    this.#asking?.abort()
    const asking = (this.#asking = new AbortController())
    const late = setTimeout(() => asking.abort(), patience)
    this.#frame.setAttribute('aria-busy', 'true')
    this.#replace(skeleton())
    this.#status.textContent = texts.loading
    try {
      const data = this.#kind.read(await ask(this.#question, asking.signal))
      if (asking !== this.#asking) return
      if (!data) throw new ServiceFailure('', 0)
      this.#replace(...this.#kind.show(data, this.#speech))
      const what = `${texts[this.#kind.path]}, ${count(data.benefits.length, texts.benefitCount)}`
      this.#status.textContent = fill(texts.loaded, { what })
    } catch (error) {
      if (asking !== this.#asking) return
      this.#fail(error instanceof ServiceFailure ? error : new ServiceFailure('', 0))
    } finally {
      clearTimeout(late)
      if (asking === this.#asking) this.#frame.setAttribute('aria-busy', 'false')
    }
  }

  destroy(): void {
    this.#asking?.abort()
    this.#asking = undefined
    this.#failure?.stop()
    this.host.remove()
  }

  #fail({ message, code, wait }: ServiceFailure): void {
    const { texts } = this.#speech
    const { title, detail } = adviceFor(code, texts)
    const failure = new ServiceFailure(message || (code === 0 ? texts.noAnswer : title), code, wait)
    const shown = new Failure(failure, this.#speech, () => void this.load(), (text) => (this.#status.textContent = text))
    this.#replace(shown.element)
    this.#failure = shown
    this.#status.textContent = `${title}. ${detail}`
    this.#tell(failure)
  }

  /** Whoever has the focus on what goes is led to the title. */
  #replace(...content: readonly HTMLElement[]): void {
    const focused = this.#root.activeElement
    this.#failure?.stop()
    this.#failure = undefined
    const lost = focused !== null && this.#content.contains(focused)
    this.#content.replaceChildren(...content)
    if (lost) this.#title.focus()
  }
}

function skeleton(): HTMLElement {
  const bar = (size: string) => make('span', { class: `bar ${size}` })
  return make(
    'div',
    { class: 'skeleton', part: 'skeleton', 'aria-hidden': 'true' },
    make('span', { class: 'bar-row' }, make('span', { class: 'bar round' }), make('span', { class: 'bar-column' }, bar('half'), bar('third'))),
    ...['half', 'full', 'full', 'full'].map(bar),
  )
}
