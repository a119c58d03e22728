import { decodeFragment, splitScanned } from '../verify/card.ts'
import { readKeySet } from '../verify/keys.ts'
import { readRevocationList } from '../verify/revocations.ts'
import { check, type Sources } from './check.ts'
import { chosenLanguage, keepLanguage } from './choice.ts'
import { fetchKept } from './kept.ts'
import { type Language, preferred } from './language.ts'
import { Scanning } from './scanning.ts'
import { siteOf } from './site.ts'
import { askStatus } from './status.ts'
import { byId, type Shown, View } from './view.ts'

const site = siteOf(location.pathname)
const sources: Sources = {
  keys: () => fetchKept(site.keys, 'application/json', async (text) => readKeySet(text)),
  list: (keys) => fetchKept(site.revocations, 'application/jwt', (text) => readRevocationList(text, keys)),
  status: (card) => askStatus(site.status, card),
  now: () => new Date(),
}

let language: Language = chosenLanguage() ?? preferred(navigator.languages)
let view = new View(language)
let shown: Shown = 'empty'
let asked = { body: '', validator: null as string | null }
let turn = 0 // of the last code; an answer about an earlier one comes too late

async function judge(body: string, validator: string | null): Promise<void> {
  const mine = ++turn
  asked = { body, validator }
  show('checking')
  const outcome = await check(body, validator, sources)
  if (mine === turn) show({ outcome, validator, at: new Date() })
}

function show(what: Shown): void {
  shown = what
  view.show(what)
}

/** A code that a phone's camera app read opened the page: its text is the address's fragment, which is sent to nobody. Without one, it may be scanned. */
function readAddress(): void {
  if (location.hash.length > 1) void judge(decodeFragment(location.hash) ?? '', null)
  else {
    turn++
    show('empty')
    void prepare()
  }
}

/** Fetches what the next codes need, since then there may be no network. */
async function prepare(): Promise<void> {
  const keys = await sources.keys()
  if (keys) await sources.list(keys.value)
}

function readScanned(text: string): void {
  const { validator, body } = splitScanned(text) ?? { validator: null, body: '' }
  void judge(body, validator)
  byId('result').scrollIntoView({ block: 'nearest' })
}

const scanning = new Scanning(readScanned)

function speak(chosen: Language): void {
  language = chosen
  view = new View(language)
  view.showPage()
  view.show(shown)
  scanning.show(chosen)
}

byId('language').addEventListener('click', () => {
  const other = language === 'es' ? 'en' : 'es'
  keepLanguage(other)
  speak(other)
})
byId('again').addEventListener('click', () => void judge(asked.body, asked.validator))
window.addEventListener('hashchange', readAddress)
byId('staging').hidden = !site.staging
speak(language)
readAddress()
void navigator.serviceWorker?.register('/c/sw.js', { scope: '/c' }).catch(() => {}) // without it the page works while there is a network
