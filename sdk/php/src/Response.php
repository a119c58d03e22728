<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** An HTTP answer. */
final class Response
{
    /** @param int $retryAfter seconds, 1 when the answer does not say */
    public function __construct(
        public readonly int $status,
        public readonly string $body,
        public readonly int $retryAfter = 1,
    ) {
    }
}
