import { decodeQR } from 'qr/decode.js'

const patience = 400 // milliseconds for one picture

/** The text of the QR code in a picture, or null. Bytes that are no UTF-8 are no text. */
export function decodePicture({ data, width, height }: ImageData, timeLimit = patience): string | null {
  try {
    return decodeQR({ data, width, height }, { timeLimit, textDecoder: (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes) })
  } catch {
    return null
  }
}
