/** Decoder finds the text of the QR code in a picture within some milliseconds, or null. */
export type Decoder = (picture: ImageData, timeLimit: number) => string | null

/** Loads the decoder, which is larger than the rest of the page and only needed to scan. Bytes that are no UTF-8 are no text. */
export async function loadDecoder(): Promise<Decoder> {
  const { decodeQR } = await import('qr/decode.js')
  const textDecoder = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  return ({ data, width, height }, timeLimit) => {
    try {
      return decodeQR({ data, width, height }, { timeLimit, textDecoder })
    } catch {
      return null
    }
  }
}
