<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** 429 that did not pass after retries; see $retryAfter. */
final class RateLimitException extends IddiException
{
}
