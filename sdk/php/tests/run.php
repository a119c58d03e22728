<?php

declare(strict_types=1);

require __DIR__ . '/check.php';

use Ventanilla\Iddi\{Card, CardVerifier, Iddi, Response, RevocationList, Transport, Verdict};
use Ventanilla\Iddi\Exception as Errors;

// The documented card (document 002, "Identity QR").
const TEXT = 'iDDi1|L|19003500|LADRON DE GUEVARA, DE LA TEJERA, MARIA DEL CONSUELO|CIENCIAS DE LA EDUCACION|6895|1zr1RN';
const SIGNATURE = 'ED-K0rHdENdgdMOhcPgD12iRGA1K1lP6Wz-UwSZzj8VOe4MsMdTVPMWJFcAS9YVs6-wgbsr4nt3TaZeFc2UwBg';
const VALIDATOR = 'https://id.example/c';
const QR = VALIDATOR . '#' . TEXT . '|' . SIGNATURE;
const KEYS = [
    'keys' => [['kty' => 'OKP', 'crv' => 'Ed25519', 'kid' => 'vector', 'x' => 'PWgp0g3bjpP5RQjZPSgUBWb9c4Gu27ZVTfTgzRXYSJM']],
    'validators' => [VALIDATOR],
];

function base64url(string $bytes): string
{
    return sodium_bin2base64($bytes, SODIUM_BASE64_VARIANT_URLSAFE_NO_PADDING);
}

/** An institution with a card, which signs lists. */
final class Issuer
{
    public array $keys;
    public string $qr;
    public string $prefix;
    private string $secret;

    public function __construct(public int $now = 1_800_000_000)
    {
        $pair = sodium_crypto_sign_keypair();
        $this->secret = sodium_crypto_sign_secretkey($pair);
        $x = base64url(sodium_crypto_sign_publickey($pair));
        $this->keys = ['keys' => [['kty' => 'OKP', 'crv' => 'Ed25519', 'kid' => 'k', 'x' => $x]], 'validators' => [VALIDATOR]];
        $text = 'iDDi1|E|0000|PEREZ, , ANA|ENTIDAD|0|a1';
        $signature = base64url(sodium_crypto_sign_detached(hash('sha256', $text), $this->secret));
        $this->qr = VALIDATOR . "#$text|$signature";
        $this->prefix = substr(hash('sha256', "a1$signature", true), 0, 8);
    }

    public function list(string $revoked = '', int $life = 3600, string $iss = VALIDATOR, string $typ = 'card-revocations+jwt'): string
    {
        $signed = base64url(json_encode(['alg' => 'EdDSA', 'kid' => 'k', 'typ' => $typ])) . '.'
            . base64url(json_encode(['iss' => $iss, 'iat' => $this->now, 'exp' => $this->now + $life, 'revoked' => base64url($revoked)]));
        return "$signed." . base64url(sodium_crypto_sign_detached($signed, $this->secret));
    }
}

/** An API that gives the answers in their order, and keeps the requests. */
final class Api implements Transport
{
    public array $requests = [];
    public array $waits = [];

    public function __construct(private array $answers)
    {
    }

    public function send(string $method, string $url, array $headers, string $body): Response
    {
        $this->requests[] = [$method, $url, $headers, $body];
        [$status, $answer] = $answered = array_shift($this->answers);
        return new Response($status, is_string($answer) ? $answer : json_encode($answer), $answered[2] ?? 1);
    }

    public function client(): Iddi
    {
        $sleep = function (int $seconds): void { $this->waits[] = $seconds; };
        return new Iddi('https://api.example/v1/iddi/', apiKey: 'vtk_1_s3cret', transport: $this, sleep: $sleep);
    }
}

function failure(string $code, array $more = []): array
{
    return ['status' => 'fail', 'code' => $code, 'data' => ['message' => 'x', 'msg_type' => 'alert'] + $more];
}

run([
    'the documented card verifies' => function (): void {
        same(Verdict::Valid, (new CardVerifier(KEYS, null, false))->verify(QR), 'the vector');
        same(['L', '19003500', '1zr1RN', '6895'], (fn (Card $c): array => [$c->type, $c->number, $c->folio, $c->code])(Card::parse(QR)), 'its fields');
    },
    'every change of a character is refused' => function (): void {
        $verifier = new CardVerifier(KEYS, null, false);
        $signed = TEXT . '|' . SIGNATURE;
        same(Verdict::Valid, $verifier->verify($signed), 'without the address');
        for ($i = 0; $i < strlen($signed); $i++) {
            $changed = substr_replace($signed, $signed[$i] === 'A' ? 'B' : 'A', $i, 1);
            same(true, $verifier->verify($changed) !== Verdict::Valid, "character $i");
        }
        foreach (str_split('hijklmnopqrstuv') as $spare) {
            same(Verdict::Unreadable, $verifier->verify(substr($signed, 0, -1) . $spare), "spare bits: $spare");
        }
    },
    'what is no card is unreadable' => function (): void {
        $verifier = new CardVerifier(KEYS, null, false);
        foreach (['', '#', TEXT, QR . '|', QR . "\n", "\xff" . QR, str_repeat('a', 5000), str_replace('iDDi1', 'iDDi2', QR), str_replace('|L|', '|X|', QR)] as $qr) {
            same(Verdict::Unreadable, $verifier->verify($qr), substr($qr, 0, 40));
        }
        $long = 'https://' . str_repeat('a', 252 - 8 - 1 - strlen(TEXT) - 87);
        same(Verdict::Unreadable, $verifier->verify("$long#" . TEXT . '|' . SIGNATURE), '252 bytes');
        foreach (['A' => '12', 'D' => '12', 'L' => null, 'E' => null] as $type => $number) {
            same($number, Card::parse(str_replace('|L|19003500|', "|$type|12|", QR))?->number, "a short number of $type");
        }
        same(Verdict::UnknownIssuer, $verifier->verify(str_replace('id.example', 'evil.example', QR)), 'another issuer');
        same(Verdict::UnknownIssuer, $verifier->verify('#' . TEXT . '|' . SIGNATURE), 'nobody before "#"');
    },
    'a list tells of revoked cards, and of its age' => function (): void {
        $issuer = new Issuer();
        $at = fn (int $late, ?string $list): Verdict => (new CardVerifier($issuer->keys, $list))->verify($issuer->qr, $issuer->now + $late);
        same(Verdict::Valid, $at(0, $issuer->list()), 'fresh');
        same(Verdict::Revoked, $at(0, $issuer->list(str_repeat("\0", 8) . $issuer->prefix . str_repeat("\xff", 8))), 'revoked');
        same(Verdict::StaleList, $at(3606, $issuer->list()), 'old');
        same(Verdict::Valid, $at(-5, $issuer->list()), 'as far as clocks may differ');
        same(Verdict::StaleList, $at(-6, $issuer->list()), 'of a time to come');
        same(Verdict::Revoked, $at(3606, $issuer->list($issuer->prefix)), 'an old list is right about what it has');
        same(Verdict::StaleList, $at(0, null), 'without a list nobody knows');
    },
    'a list that nobody vouches for is refused' => function (): void {
        $issuer = new Issuer();
        $good = $issuer->list();
        same($issuer->now, RevocationList::open($good, $issuer->keys)->issued, 'a good one');
        $bad = [$issuer->list(typ: 'JWT'), $issuer->list(iss: 'https://evil.example'), $issuer->list('half'), "$good.x", '', substr($good, 0, -1), str_replace('.', '.e30', $good)];
        foreach ($bad as $number => $list) {
            thrown(InvalidArgumentException::class, fn () => RevocationList::open($list, $issuer->keys), "bad list $number");
        }
        thrown(InvalidArgumentException::class, fn () => RevocationList::open($good, (new Issuer())->keys), 'of another key');
    },
    'a profile is asked for with the key' => function (): void {
        $api = new Api([[200, ['id' => '1zr1RN']]]);
        same('1zr1RN', $api->client()->perfil('1zr1RN', 'sig', true)['id'], 'the answer');
        same(['GET', 'https://api.example/v1/iddi/perfil/1zr1RN?firma_digital=sig&perfil_extendido=true'], array_slice($api->requests[0], 0, 2), 'the request');
        same('Bearer vtk_1_s3cret', $api->requests[0][2]['Authorization'], 'the credential');
    },
    'errors have types' => function (): void {
        $cases = [
            [401, failure('no_autorizado'), Errors\AuthenticationException::class], [403, failure('prohibido'), Errors\PermissionException::class],
            [404, failure('no_encontrado'), Errors\NotFoundException::class], [404, failure('revocado'), Errors\RevokedCardException::class],
            [400, failure('error_generico'), Errors\RequestException::class], [500, ['status' => 'error'], Errors\ServerException::class],
            [200, 'not JSON', Errors\ConnectionException::class], [400, ['error' => 'invalid_request'], Errors\OAuthException::class],
        ];
        foreach ($cases as [$status, $answer, $class]) {
            $error = thrown($class, fn () => (new Api([[$status, $answer]]))->client()->catalogo('programas'), "$status");
            same(false, str_contains((string) $error, 's3cret'), 'the credential is in the error');
        }
        $validation = failure('no_validacion', ['validation' => [['limit' => 'entre 1 y 500']]]);
        $error = thrown(Errors\ValidationException::class, fn () => (new Api([[422, $validation]]))->client()->catalogo('programas', 501), '422');
        same(['limit' => 'entre 1 y 500'], $error->fields, 'the fields');
    },
    '429 is tried again when the server says, and not for ever' => function (): void {
        $limited = [429, failure('demasiadas_solicitudes'), 3];
        $patient = new Api([$limited, [200, ['data' => []]]]);
        $patient->client()->catalogo('programas');
        same([3], $patient->waits, 'what it waited');
        $refused = new Api([$limited, $limited, $limited]);
        $error = thrown(Errors\RateLimitException::class, fn () => $refused->client()->catalogo('programas'), 'in the end');
        same([3, 3], [$error->retryAfter, count($refused->requests)], 'after and tries');
        $late = new Api([[429, failure('demasiadas_solicitudes'), 3600]]);
        thrown(Errors\RateLimitException::class, fn () => $late->client()->catalogo('programas'), 'too late');
    },
    'a catalogue is read page after page' => function (): void {
        $page = fn (array $data): array => [200, ['data' => $data, 'paginacion' => ['limit' => 2, 'page' => 1, 'total' => 3, 'paginas' => 2]]];
        same([1, 2, 3], iterator_to_array((new Api([$page([1, 2]), $page([3])]))->client()->catalogoCompleto('programas', 2), false), 'entries');
    },
    'plain http is refused' => function (): void {
        thrown(InvalidArgumentException::class, fn () => new Iddi('http://api.example/v1/iddi'), 'the address');
    },
]);
