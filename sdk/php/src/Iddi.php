<?php

declare(strict_types=1);

namespace Ventanilla\Iddi;

/** A client of the API. */
final class Iddi
{
    private readonly Requests $requests;

    /**
     * @param string $baseUrl the address with its prefix, such as https://api.example.mx/v1/iddi (staging: …/v1-stag/iddi)
     * @param string|null $apiKey a developer's API key
     * @param string|null $accessToken an access token, instead of an API key
     * @param int $retries how often a request is repeated after 429 or 503
     * @param int $maxWait the longest Retry-After that is waited for, in seconds
     * @param \Closure(int): mixed $sleep waits for so many seconds
     */
    public function __construct(
        private readonly string $baseUrl,
        #[\SensitiveParameter] private readonly ?string $apiKey = null,
        #[\SensitiveParameter] ?string $accessToken = null,
        private readonly Transport $transport = new StreamTransport(),
        private readonly int $retries = 2,
        private readonly int $maxWait = 30,
        private readonly ?\Closure $sleep = null,
    ) {
        if ($apiKey !== null && $accessToken !== null) {
            throw new \InvalidArgumentException('give either apiKey or accessToken');
        }
        $credential = $apiKey ?? $accessToken;
        $this->requests = new Requests($baseUrl, $credential, $transport, $retries, $maxWait, $sleep ?? sleep(...));
    }

    /**
     * Exchanges the API key for an access token.
     *
     * @param list<string> $scope all that the key has when empty
     * @param int|null $expiresIn seconds, at most 92 days
     */
    public function token(array $scope = [], ?int $expiresIn = null): Token
    {
        if ($this->apiKey === null) {
            throw new \LogicException('token: it takes an apiKey');
        }
        $asked = time();
        $answer = $this->requests->form('oauth/token', array_filter([
            'grant_type' => 'client_credentials',
            'scope' => implode(' ', $scope),
            'expires_in' => (string) $expiresIn,
        ], static fn (string $value): bool => $value !== ''));
        return new Token(
            (string) $answer['access_token'],
            array_values(array_filter(explode(' ', (string) ($answer['scope'] ?? '')))),
            new \DateTimeImmutable('@' . ($asked + (int) $answer['expires_in'])),
        );
    }

    /**
     * The same client with an access token instead of the API key.
     *
     * @param list<string> $scope
     */
    public function withToken(array $scope = [], ?int $expiresIn = null): self
    {
        $token = $this->token($scope, $expiresIn)->accessToken;
        return new self($this->baseUrl, null, $token, $this->transport, $this->retries, $this->maxWait, $this->sleep);
    }

    /**
     * The profile of the holder of a card, by its folio and the last field of its QR code.
     *
     * @return array<string, mixed>
     */
    public function perfil(string $folio, string $firmaDigital, bool $extendido = false): array
    {
        $query = ['firma_digital' => $firmaDigital] + ($extendido ? ['perfil_extendido' => 'true'] : []);
        return $this->requests->get('perfil/' . rawurlencode($folio), $query);
    }

    /**
     * A page of a catalogue: tipos-perfil, estatus, programas, unidades-academicas or adscripciones.
     *
     * @return array{data: list<array<string, mixed>>, paginacion: array{limit: int, page: int, total: int, paginas: int}}
     */
    public function catalogo(string $tipo, int $limit = 50, int $page = 1): array
    {
        return $this->requests->get('catalogos/' . rawurlencode($tipo), ['limit' => $limit, 'page' => $page]);
    }

    /**
     * All entries of a catalogue, page after page.
     *
     * @return \Generator<int, array<string, mixed>>
     */
    public function catalogoCompleto(string $tipo, int $limit = 500): \Generator
    {
        $page = 0;
        do {
            $answer = $this->catalogo($tipo, $limit, ++$page);
            foreach ($answer['data'] as $entry) {
                yield $entry;
            }
        } while ($page < $answer['paginacion']['paginas']);
    }

    /**
     * Whether a card is good now. It needs no credential.
     *
     * @return array{folio: string, estado: string, motivo: ?string, vigencia_at: ?string, revocada_at: ?string}
     */
    public function estado(string $folio, string $firmaDigital): array
    {
        return $this->requests->json('credenciales/estado', ['folio' => $folio, 'firma_digital' => $firmaDigital]);
    }

    /**
     * The published keys, as a JSON Web Key Set with the validators' addresses.
     *
     * @return array{keys: list<array<string, string>>, validators: list<string>}
     */
    public function llaves(): array
    {
        $staging = str_contains($this->baseUrl, '/v1-stag/') ? '-staging' : '';
        return $this->requests->get("/.well-known/iddi-card-keys$staging.json", [], false);
    }

    /** The signed list of revoked cards, for verification without a connection. */
    public function revocaciones(): string
    {
        return (string) $this->requests->get('credenciales/revocaciones', [], false)['jws'];
    }

    /** A verifier with the keys and the list as they are now. */
    public function verifier(): CardVerifier
    {
        return new CardVerifier($this->llaves(), $this->revocaciones());
    }
}
