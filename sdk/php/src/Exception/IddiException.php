<?php

declare(strict_types=1);

namespace Ventanilla\Iddi\Exception;

/** What every error of this package is. It never holds a credential. */
class IddiException extends \RuntimeException
{
    /**
     * @param int $status the HTTP status, 0 when there was no answer
     * @param string $reason the API's code, such as "no_encontrado", or the error of the token endpoint
     * @param array<string, string> $fields a message for each field that is wrong
     * @param int $retryAfter seconds, for RateLimitException
     */
    final public function __construct(
        string $message,
        public readonly int $status = 0,
        public readonly string $reason = '',
        public readonly array $fields = [],
        public readonly int $retryAfter = 0,
    ) {
        parent::__construct($message, $status);
    }

    /**
     * The error of an answer.
     *
     * @param array<mixed> $answer
     */
    public static function of(int $status, array $answer, int $retryAfter): self
    {
        if (is_string($answer['error'] ?? null)) {
            $class = $status === 429 ? RateLimitException::class : OAuthException::class;
            $description = $answer['error_description'] ?? '';
            return new $class(is_string($description) && $description !== '' ? $description : $answer['error'], $status, $answer['error'], [], $retryAfter);
        }
        $reason = is_string($answer['code'] ?? null) ? $answer['code'] : '';
        $data = is_array($answer['data'] ?? null) ? $answer['data'] : [];
        $class = match (true) {
            $status === 401 => AuthenticationException::class,
            $status === 403 => PermissionException::class,
            $status === 404 && $reason === 'revocado' => RevokedCardException::class,
            $status === 404 => NotFoundException::class,
            $status === 422 => ValidationException::class,
            $status === 429 => RateLimitException::class,
            $status >= 500 => ServerException::class,
            default => RequestException::class,
        };
        $message = is_string($data['message'] ?? null) && $data['message'] !== '' ? $data['message'] : "HTTP $status";
        $validation = is_array($data['validation'] ?? null) ? array_filter($data['validation'], 'is_array') : [];
        return new $class($message, $status, $reason, array_merge(...array_values($validation)), $retryAfter);
    }
}
