<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

use Ventanilla\Iddi\Exception\ConnectionException;

/** Sends one HTTP request. Give the client one of your own to use another HTTP library. */
interface Transport
{
    /**
     * @param array<string, string> $headers
     *
     * @throws ConnectionException when there is no answer
     */
    public function send(string $method, string $url, array $headers, string $body): Response;
}
