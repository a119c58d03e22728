<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

use Ventanilla\Iddi\Exception\ConnectionException;

/** Sends requests with PHP's own streams: no extension but openssl. */
final class StreamTransport implements Transport
{
    private const MAX_ANSWER = 16 << 20;

    /**
     * @param float $timeout seconds that the server may be silent
     * @param string|null $caFile certificates to trust instead of the system's
     */
    public function __construct(private readonly float $timeout = 10.0, private readonly ?string $caFile = null)
    {
    }

    public function send(string $method, string $url, array $headers, string $body): Response
    {
        $lines = [];
        foreach ($headers as $name => $value) {
            if (preg_match('/[\r\n]/', $value)) {
                throw new \InvalidArgumentException("the header $name has a line break");
            }
            $lines[] = "$name: $value";
        }
        $context = stream_context_create([
            'http' => [
                'method' => $method, 'header' => $lines, 'content' => $body, 'timeout' => $this->timeout,
                'ignore_errors' => true, 'follow_location' => 0, 'protocol_version' => 1.1,
            ],
            'ssl' => ['verify_peer' => true, 'verify_peer_name' => true] + ($this->caFile === null ? [] : ['cafile' => $this->caFile]),
        ]);
        $where = "$method " . strtok($url, '?');
        $stream = @fopen($url, 'r', false, $context);
        if ($stream === false) {
            throw new ConnectionException("$where: no connection");
        }
        try {
            $answer = stream_get_contents($stream, self::MAX_ANSWER + 1);
            $meta = stream_get_meta_data($stream);
        } finally {
            fclose($stream);
        }
        if ($answer === false || $meta['timed_out']) {
            throw new ConnectionException("$where: no answer in time");
        }
        if (strlen($answer) > self::MAX_ANSWER) {
            throw new ConnectionException("$where: the answer is too long");
        }
        return self::response($meta['wrapper_data'], $answer);
    }

    /** @param list<string> $headers */
    private static function response(array $headers, string $body): Response
    {
        $status = (int) (explode(' ', $headers[0])[1] ?? 0);
        $retryAfter = 1;
        foreach ($headers as $header) {
            if (preg_match('/^Retry-After:\s*(.+)$/i', $header, $found)) {
                $retryAfter = ctype_digit($found[1]) ? (int) $found[1] : max(0, (int) strtotime($found[1]) - time());
            }
        }
        return new Response($status, $body, $retryAfter);
    }
}
