export { Iddi } from './client.js'
export { parseCard } from './card.js'
export { CardVerifier, openRevocationList } from './verifier.js'
export {
  IddiError, AuthenticationError, PermissionError, NotFoundError, RevokedCardError, RequestError, ValidationError,
  RateLimitError, ServerError, OAuthError, ConnectionError,
} from './errors.js'
