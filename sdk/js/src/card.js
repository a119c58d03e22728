import { decode } from './base64url.js'

const longest = 251 // bytes: a QR code of version 11 at error correction M
const utf8 = new TextEncoder()

const number = /^[-0-9XBLMOV]{4,12}$/
const workerNumber = /^[0-9]{2,6}$/
const printed = /^[A-ZÑÜ0-9 .,:;'"()/&+-]*$/

/**
 * Reads the text of an identity QR code, with or without the validator's address and "#".
 * Returns null for what is no card. It proves nothing: see CardVerifier.
 */
export function parseCard(qr) {
  if (typeof qr !== 'string' || utf8.encode(qr).length > longest) return null
  const hash = qr.indexOf('#')
  const validator = hash < 0 ? null : qr.slice(0, hash)
  const fields = qr.slice(hash + 1).split('|')
  if (fields.length !== 8) return null
  const [version, type, id, name, programme, code, folio, signature] = fields
  const wellFormed = version === 'iDDi1' && /^[ADLBPES]$/.test(type) && (number.test(id) || 'AD'.includes(type) && workerNumber.test(id)) &&
    name !== '' && [...name].length <= 60 && printed.test(name) && programme !== '' && [...programme].length <= 40 && printed.test(programme) &&
    /^[0-9]{1,5}$/.test(code) && /^[a-zA-Z0-9]{1,6}$/.test(folio) && isSignature(signature)
  if (!wellFormed) return null
  const text = fields.slice(0, 7).join('|')
  return { validator, text, version, type, number: id, name, programme, code, folio, signature }
}

/** Whether a text is 64 bytes in base64url, in their one spelling. */
function isSignature(text) {
  try {
    return text.length === 86 && decode(text).length === 64
  } catch {
    return false
  }
}
