<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

use Ventanilla\Iddi\Exception\ConnectionException;
use Ventanilla\Iddi\Exception\IddiException;

/**
 * The requests of a client: addresses, credentials, retries and errors.
 *
 * @internal
 */
final class Requests
{
    private readonly string $base;
    private readonly string $origin;

    public function __construct(
        string $baseUrl,
        #[\SensitiveParameter] private readonly ?string $credential,
        private readonly Transport $transport,
        private readonly int $retries,
        private readonly int $maxWait,
        private readonly \Closure $sleep,
    ) {
        $parts = parse_url($baseUrl);
        if (($parts['scheme'] ?? '') !== 'https' || !isset($parts['host'])) {
            throw new \InvalidArgumentException('baseUrl: the API is served over https only');
        }
        $this->base = rtrim($baseUrl, '/');
        $this->origin = 'https://' . $parts['host'] . (isset($parts['port']) ? ":{$parts['port']}" : '');
    }

    /**
     * A path that begins with "/" is under the server, others are under the base address.
     *
     * @param array<string, int|string> $query
     *
     * @return array<string, mixed>
     */
    public function get(string $path, array $query, bool $authorized = true): array
    {
        $url = str_starts_with($path, '/') ? $this->origin . $path : "$this->base/$path";
        $url .= $query === [] ? '' : '?' . http_build_query($query, '', '&', PHP_QUERY_RFC3986);
        return $this->send('GET', $url, $authorized, [], '');
    }

    /**
     * @param array<string, string> $parameters
     *
     * @return array<string, mixed>
     */
    public function form(string $path, #[\SensitiveParameter] array $parameters): array
    {
        $type = ['Content-Type' => 'application/x-www-form-urlencoded'];
        return $this->send('POST', "$this->base/$path", true, $type, http_build_query($parameters));
    }

    /**
     * @param array<string, string> $body
     *
     * @return array<string, mixed>
     */
    public function json(string $path, array $body): array
    {
        $text = json_encode($body, JSON_THROW_ON_ERROR);
        return $this->send('POST', "$this->base/$path", false, ['Content-Type' => 'application/json'], $text);
    }

    /**
     * @param array<string, string> $headers
     *
     * @return array<string, mixed>
     */
    private function send(string $method, string $url, bool $authorized, array $headers, string $body): array
    {
        $headers['Accept'] = 'application/json';
        if ($authorized && $this->credential !== null) {
            $headers['Authorization'] = "Bearer $this->credential";
        }
        for ($attempt = 0; ; $attempt++) {
            $response = $this->transport->send($method, $url, $headers, $body);
            $answer = json_decode($response->body, true);
            if (!is_array($answer)) {
                throw new ConnectionException("$method " . strtok($url, '?') . ": HTTP $response->status with something that is not JSON");
            }
            if ($response->status >= 200 && $response->status < 300) {
                return $answer;
            }
            $again = in_array($response->status, [429, 503], true) && $attempt < $this->retries && $response->retryAfter <= $this->maxWait;
            if (!$again) {
                throw IddiException::of($response->status, $answer, $response->retryAfter);
            }
            ($this->sleep)(max($response->retryAfter, 1));
        }
    }
}
