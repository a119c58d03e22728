import { type Decoder, loadDecoder } from './decode.ts'
import { draw } from './picture.ts'

const side = 960
const patience = 400 // milliseconds for one picture
const pause = 120 // milliseconds between pictures, so that a phone stays cool

/** What opening the camera may come to; a name of a text when it fails. */
export type CameraFailure = 'denied' | 'noCamera' | 'failed' | 'noDecoder'

/** Camera shows what the camera sees in an element and reads it until it finds a QR code. */
export class Camera {
  readonly #video: HTMLVideoElement
  #stream: MediaStream | null = null
  #timer = 0

  constructor(video: HTMLVideoElement) {
    this.#video = video
  }

  get running(): boolean {
    return this.#stream !== null
  }

  /** Starts, and calls found with the first text. It returns when the camera runs, or with what is in the way. */
  async start(found: (text: string) => void): Promise<CameraFailure | null> {
    const decode = await loadDecoder().catch(() => null)
    if (!decode) return 'noDecoder'
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: 'environment', width: { ideal: 1280 } } })
      this.#video.srcObject = this.#stream
      await this.#video.play()
    } catch (error) {
      this.stop()
      return failure(error)
    }
    this.#look(decode, found)
    return null
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    this.#stream = null
    this.#video.srcObject = null
  }

  #look(decode: Decoder, found: (text: string) => void): void {
    const { videoWidth: width, videoHeight: height } = this.#video
    const text = width > 0 ? decode(draw(this.#video, width, height, side), patience) : null
    if (text !== null) found(text)
    else this.#timer = window.setTimeout(() => this.#look(decode, found), pause)
  }
}

function failure(error: unknown): CameraFailure {
  const name = error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'noCamera'
  return 'failed'
}
