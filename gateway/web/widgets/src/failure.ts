import { icon, make } from './element.ts'
import { fill, formatWait, type Texts } from './language.ts'
import type { ServiceFailure } from './service.ts'
import type { Speech } from './speech.ts'

/** What people are told of each status. */
const kinds: Readonly<Record<number, keyof Texts['failures']>> = {
  0: 'none', 401: 'credential', 403: 'permission', 404: 'gone', 410: 'gone', 429: 'crowded', 503: 'maintenance',
}

/** The title and advice for a status. */
export function adviceFor(code: number, { failures }: Texts): { title: string; detail: string } {
  return failures[kinds[code] ?? (code < 500 ? 'request' : 'broken')]
}

/** Whether asking once more may help. Otherwise the page has to do something first. */
export function mayRetry(code: number): boolean {
  return code === 0 || code === 429 || code >= 500
}

/** Failure is the place that tells people what went wrong. Its button asks again, once the service's time has passed. */
export class Failure {
  readonly element: HTMLElement
  readonly #speech: Speech
  readonly #note = make('p', { class: 'soft' })
  readonly #button: HTMLButtonElement
  #left: number
  #timer: ReturnType<typeof setInterval> | undefined

  /** Announce is told when the time has passed. */
  constructor({ code, wait }: ServiceFailure, speech: Speech, retry: () => void, announce: (text: string) => void) {
    const { texts } = speech
    const { title, detail } = adviceFor(code, texts)
    this.#speech = speech
    this.#left = mayRetry(code) ? wait : 0
    this.#button = make('button', { type: 'button', class: 'button', part: 'button' }, texts.retry)
    this.#button.addEventListener('click', () => this.#left === 0 && retry())
    this.element = make(
      'div',
      { class: 'failure', part: 'error' },
      icon(code === 401 || code === 403 ? 'lock' : 'cloud'),
      speech.heading(1, { class: 'section-title' }, title),
      make('p', {}, detail),
      mayRetry(code) && this.#button,
      mayRetry(code) && this.#note,
      code !== 0 && make('p', { class: 'code soft' }, fill(texts.code, { code })),
    )
    this.#show()
    if (this.#left === 0) return
    this.#timer = setInterval(() => {
      this.#left--
      this.#show()
      if (this.#left > 0) return
      this.stop()
      announce(texts.retryNow)
    }, 1000)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #show(): void {
    const { texts, language } = this.#speech
    this.#note.textContent = this.#left > 0 ? fill(texts.retryIn, { wait: formatWait(this.#left, language) }) : ''
    // A disabled button would lose the focus of whoever waits at it.
    this.#button.setAttribute('aria-disabled', String(this.#left > 0))
  }
}
