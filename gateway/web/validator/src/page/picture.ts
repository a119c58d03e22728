import { loadDecoder } from './decode.ts'

const maxBytes = 20 << 20
// The longer sides at which a picture is read: small ones find codes that fill it, large ones those that do not.
const sides = [640, 1280, 2560]
const patience = 1_500 // milliseconds for each

/** What a file may be read as; the others are names of texts. */
export type FileResult = { readonly text: string } | 'nothing' | 'noImage' | 'tooLarge' | 'noDecoder'

/** Reads the QR code of a picture file, on this device. */
export async function readFile(file: File): Promise<FileResult> {
  if (file.size > maxBytes) return 'tooLarge'
  const image = await load(file)
  if (!image) return 'noImage'
  const decode = await loadDecoder().catch(() => null)
  if (!decode) return 'noDecoder'
  for (const side of sides) {
    const text = decode(draw(image, image.naturalWidth, image.naturalHeight, side), patience)
    if (text !== null) return { text }
    if (Math.max(image.naturalWidth, image.naturalHeight) <= side) break
  }
  return 'nothing'
}

/** The pixels of something drawn on white, no larger than a side. */
export function draw(source: CanvasImageSource, width: number, height: number, side: number): ImageData {
  const scale = Math.min(1, side / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}

async function load(file: File): Promise<HTMLImageElement | null> {
  const image = new Image()
  image.src = URL.createObjectURL(file)
  try {
    await image.decode()
    return image.naturalWidth > 0 ? image : null
  } catch {
    return null
  } finally {
    URL.revokeObjectURL(image.src)
  }
}
