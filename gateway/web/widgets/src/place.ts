import { spoken } from './language.ts'
import { ServiceFailure } from './service.ts'
import { Speech } from './speech.ts'
import { type Kind, Widget } from './widget.ts'
import type { Benefit } from './wire.ts'

/** WidgetError is what the page is told of a failure. */
export interface WidgetError {
  readonly message: string
  readonly code: number
}

/** Given is what the page gives for a widget. */
export interface Given {
  /** Where the widget goes: what is in the element is replaced. */
  readonly selector: string
  readonly apiKey: string
  /** The citizen's token, by either name. */
  readonly cmpToken?: string
  readonly cmpWidget?: string
  readonly onError?: (error: WidgetError) => void
  /** The level of the widget's title among the page's headings, 1 to 4; 2 when absent. */
  readonly headingLevel?: number
}

/** Placed is a widget on the page. */
export interface Placed {
  /** Takes the widget away and ends what it waits for. */
  destroy(): void
}

/** Where this script came from: the service is beside it. Known only while the script runs for the first time. */
const source = scriptAddress()
const placed = new WeakMap<Element, Placed>()

/** Puts a widget of a kind where the page wants it, in place of one that is there. */
export function place<T extends { readonly benefits: readonly Benefit[] }>(kind: Kind<T>, given: Given): Placed {
  let widget: Widget<T> | undefined
  let ended = false
  const start = () => {
    if (!ended) widget = begin(kind, given ?? {})
  }
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start, { once: true })
  else start()
  return {
    destroy() {
      ended = true
      widget?.destroy()
    },
  }
}

function begin<T extends { readonly benefits: readonly Benefit[] }>(kind: Kind<T>, given: Given): Widget<T> | undefined {
  const target = find(given.selector)
  const token = given.cmpToken || given.cmpWidget
  const mistake = mistakeIn(given, target, token)
  if (target) placed.get(target)?.destroy() // whatever comes, it is not the earlier citizen
  const tell = (failure: ServiceFailure) => tellPage(target ?? document, given.onError, failure)
  if (mistake || !target || !token || !source) {
    console.error(`CmpWidgets: ${mistake}`)
    tell(new ServiceFailure(mistake ?? '', 400))
    return undefined
  }
  const language = spoken(target.closest('[lang]')?.getAttribute('lang'))
  const address = new URL(kind.path, source)
  address.search = String(new URLSearchParams({ apiKey: given.apiKey, idioma: language }))
  const widget = new Widget(kind, { address, token }, new URL('cmp-widgets.css', source), new Speech(language, levelOf(given)), tell)
  placed.set(target, widget)
  target.replaceChildren(widget.host)
  void widget.load()
  return widget
}

function mistakeIn({ selector, apiKey }: Given, target: Element | null, token: unknown): string | null {
  if (!source) return 'the script does not know where it was loaded from: include it with <script src>, not as a module'
  if (!target) return typeof selector === 'string' && selector ? `selector: the page has no element ${selector}` : 'selector: required'
  if (!isCredential(apiKey)) return 'apiKey: required, as CMP gave it'
  if (!isCredential(token)) return 'cmpToken (or cmpWidget): required, the token that POST /v1/auth/widget answered'
  return null
}

/** Text that can be sent as a credential: nothing that a header cannot carry. */
function isCredential(value: unknown): boolean {
  return typeof value === 'string' && /^[!-~]{1,4096}$/.test(value)
}

function find(selector: unknown): Element | null {
  try {
    return typeof selector === 'string' ? document.querySelector(selector) : null
  } catch {
    return null // it is no selector at all
  }
}

function levelOf({ headingLevel = 2 }: Given): number {
  return Number.isInteger(headingLevel) ? Math.min(Math.max(headingLevel, 1), 4) : 2
}

/** A page's handler that fails must not take the widget with it. */
function tellPage(target: EventTarget, onError: Given['onError'], { message, code }: ServiceFailure): void {
  target.dispatchEvent(new CustomEvent<WidgetError>('cmp-widgets:error', { detail: { message, code }, bubbles: true, composed: true }))
  try {
    onError?.({ message, code })
  } catch (error) {
    reportError(error)
  }
}

function scriptAddress(): string | null {
  const script = document.currentScript ?? document.querySelector('script[src*="/widgets/v1/cmp-widgets.js"]')
  return script instanceof HTMLScriptElement && script.src ? script.src : null
}
