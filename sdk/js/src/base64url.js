const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Decodes base64url without padding (RFC 4648, 5), strictly: spare bits must be zero. Throws for anything else. */
export function decode(text) {
  if (text.length % 4 === 1) throw new SyntaxError('not base64url')
  const out = new Uint8Array(Math.floor(text.length * 3 / 4))
  let bits = 0, held = 0, at = 0
  for (const character of text) {
    const value = alphabet.indexOf(character)
    if (value < 0) throw new SyntaxError('not base64url')
    held = (held << 6 | value) & 0xffff
    if ((bits += 6) >= 8) out[at++] = held >> (bits -= 8) & 0xff
  }
  if (held & (1 << bits) - 1) throw new SyntaxError('not base64url: spare bits are set')
  return out
}
