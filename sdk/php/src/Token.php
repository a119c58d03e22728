<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** An access token. */
final class Token
{
    /** @param list<string> $scope */
    public function __construct(
        #[\SensitiveParameter] public readonly string $accessToken,
        public readonly array $scope,
        public readonly \DateTimeImmutable $expiresAt,
    ) {
    }
}
