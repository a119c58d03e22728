<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/**
 * base64url without padding (RFC 4648, 5), strictly: spare bits must be zero.
 *
 * @internal
 */
final class Base64Url
{
    public static function decode(string $text): ?string
    {
        try {
            return sodium_base642bin($text, SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING);
        } catch (\SodiumException) {
            return null;
        }
    }
}
