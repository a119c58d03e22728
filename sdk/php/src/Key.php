<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/**
 * A published Ed25519 key (RFC 8037).
 *
 * @internal
 */
final class Key
{
    /** @param array<string, string> $jwk */
    public static function verifies(array $jwk, ?string $signature, string $message): bool
    {
        $public = ($jwk['kty'] ?? '') === 'OKP' && ($jwk['crv'] ?? '') === 'Ed25519' ? Base64Url::decode($jwk['x'] ?? '') : null;
        return $signature !== null && strlen($signature) === SODIUM_CRYPTO_SIGN_BYTES
            && $public !== null && strlen($public) === SODIUM_CRYPTO_SIGN_PUBLICKEYBYTES
            && sodium_crypto_sign_verify_detached($signature, $message, $public);
    }
}
