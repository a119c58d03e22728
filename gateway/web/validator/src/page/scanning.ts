import { Camera } from './camera.ts'
import { type Language, languages, type Texts } from './language.ts'
import { readFile } from './picture.ts'
import { byId } from './view.ts'

/** Scanning reads codes with the camera and from files, and hands their texts to found. */
export class Scanning {
  readonly #camera = new Camera(byId<HTMLVideoElement>('preview'))
  readonly #found: (text: string) => void
  #message: keyof Texts['scan'] | null = null
  #language: Language = 'es'

  constructor(found: (text: string) => void) {
    this.#found = found
    const file = byId<HTMLInputElement>('file')
    file.addEventListener('change', () => void this.#readFile(file))
    byId('camera').addEventListener('click', () => void this.#toggle())
    // Nobody is watched by a page that they do not see.
    document.addEventListener('visibilitychange', () => document.hidden && this.#stop())
  }

  /** Writes what there is to say in a language. */
  show(language: Language): void {
    this.#language = language
    this.#say(this.#message)
    this.#showCamera()
  }

  async #readFile(input: HTMLInputElement): Promise<void> {
    const file = input.files?.[0]
    input.value = '' // so that the same file may be chosen again
    if (!file) return
    this.#stop()
    this.#say('reading')
    const result = await readFile(file)
    if (typeof result === 'string') return this.#say(result)
    this.#say(null)
    this.#found(result.text)
  }

  async #toggle(): Promise<void> {
    if (this.#camera.running) return this.#stop()
    const button = byId<HTMLButtonElement>('camera')
    button.disabled = true
    const failure = await this.#camera.start((text) => {
      this.#stop()
      this.#found(text)
    })
    button.disabled = false
    button.focus()
    this.#showCamera()
    this.#say(failure ?? (this.#camera.running ? 'aiming' : null))
  }

  #stop(): void {
    if (!this.#camera.running) return
    this.#camera.stop()
    this.#showCamera()
    this.#say(null)
  }

  #showCamera(): void {
    const { running } = this.#camera
    const { page } = languages[this.#language]
    byId('preview').hidden = !running
    byId('camera').textContent = running ? page.stop : page.camera
  }

  #say(message: keyof Texts['scan'] | null): void {
    this.#message = message
    byId('scan-message').textContent = message ? languages[this.#language].scan[message] : ''
  }
}
