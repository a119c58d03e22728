<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** The signed list of revoked cards. */
final class RevocationList
{
    private const PREFIX = 8;

    private function __construct(
        /** When it was made, Unix seconds. */
        public readonly int $issued,
        /** Until when it may be relied on, Unix seconds. */
        public readonly int $expires,
        private readonly string $prefixes,
    ) {
    }

    /**
     * Opens a list.
     *
     * @param array{keys: list<array<string, string>>, validators: list<string>} $keys
     *
     * @throws \InvalidArgumentException when no published key signed it, or it is no such list
     */
    public static function open(string $jws, array $keys): self
    {
        $parts = explode('.', $jws);
        $header = self::object($parts[0]);
        if (count($parts) !== 3 || ($header['alg'] ?? '') !== 'EdDSA' || ($header['typ'] ?? '') !== 'card-revocations+jwt' || isset($header['crit'])) {
            throw new \InvalidArgumentException('this is no list of revoked cards');
        }
        $signature = Base64Url::decode($parts[2]);
        $known = array_filter($keys['keys'] ?? [], static fn (array $key): bool => ($key['kid'] ?? null) === ($header['kid'] ?? ''));
        $signed = array_filter($known, static fn (array $key): bool => Key::verifies($key, $signature, "$parts[0].$parts[1]"));
        if ($signed === []) {
            throw new \InvalidArgumentException('no published key signed this list of revoked cards');
        }
        $claims = self::object($parts[1]);
        $prefixes = is_string($claims['revoked'] ?? null) ? Base64Url::decode($claims['revoked']) : null;
        $ours = in_array($claims['iss'] ?? null, $keys['validators'] ?? [], true);
        if (!$ours || !is_int($claims['iat'] ?? null) || !is_int($claims['exp'] ?? null) || $prefixes === null || strlen($prefixes) % self::PREFIX !== 0) {
            throw new \InvalidArgumentException('this list of revoked cards is of another issuer, or damaged');
        }
        return new self($claims['iat'], $claims['exp'], $prefixes);
    }

    /** Whether the card was revoked when the list was made. */
    public function has(Card $card): bool
    {
        $prefix = substr(hash('sha256', $card->folio . $card->signature, true), 0, self::PREFIX);
        for ($low = 0, $high = intdiv(strlen($this->prefixes), self::PREFIX); $low < $high;) {
            $middle = intdiv($low + $high, 2);
            $order = strcmp(substr($this->prefixes, $middle * self::PREFIX, self::PREFIX), $prefix);
            if ($order === 0) {
                return true;
            }
            $order < 0 ? $low = $middle + 1 : $high = $middle;
        }
        return false;
    }

    /** @return array<mixed> */
    private static function object(string $part): array
    {
        $value = json_decode((string) Base64Url::decode($part), true);
        return is_array($value) ? $value : [];
    }
}
