<?php

declare(strict_types=1);

// Against a running platform: VENTANILLA_DEMO names its demo.json.
require __DIR__ . '/check.php';

use Ventanilla\Iddi\{CardVerifier, Iddi, StreamTransport, Verdict};
use Ventanilla\Iddi\Exception as Errors;

$demo = json_decode((string) file_get_contents((string) getenv('VENTANILLA_DEMO')), true, flags: JSON_THROW_ON_ERROR);
$known = $demo['iddi'];
$client = static fn (?string $apiKey, string $prefix = 'v1'): Iddi =>
    new Iddi("{$demo['base_url']}/$prefix/iddi", apiKey: $apiKey, transport: new StreamTransport(caFile: $demo['ca_file']));
$iddi = $client($known['api_key']);

run([
    'profiles' => function () use ($client, $iddi, $known): void {
        $basic = $iddi->perfil($known['folio'], $known['firma_digital']);
        same([$known['folio'], null], [$basic['id'], $basic['email']], 'basic');
        $extended = $client($known['api_key_extendido'])->perfil($known['folio'], $known['firma_digital'], true);
        same(true, is_string($extended['email']), 'extended');
        same($known['stag_folio'], $client($known['stag_api_key'], 'v1-stag')->perfil($known['stag_folio'], $known['stag_firma_digital'])['id'], 'staging');
    },
    'tokens' => function () use ($iddi, $known): void {
        $token = $iddi->token(['perfil'], 120);
        same(['perfil'], $token->scope, 'scope');
        $left = $token->expiresAt->getTimestamp() - time();
        same(true, $left > 60 && $left <= 121, "life of $left s");
        $limited = $iddi->withToken(['perfil']);
        same($known['folio'], $limited->perfil($known['folio'], $known['firma_digital'])['id'], 'by token');
        thrown(Errors\PermissionException::class, fn () => $limited->catalogo('programas'), 'no scope');
        same('invalid_request', thrown(Errors\OAuthException::class, fn () => $iddi->token([], 93 * 86400), 'too long')->reason, 'its reason');
    },
    'catalogues' => function () use ($iddi): void {
        $first = $iddi->catalogo('programas', 2);
        same(2, count($first['data']), 'a page');
        same($first['paginacion']['total'], iterator_count($iddi->catalogoCompleto('programas', 7)), 'all pages');
        same(['limit'], array_keys(thrown(Errors\ValidationException::class, fn () => $iddi->catalogo('programas', 501), 'limit')->fields), 'the field');
    },
    'errors' => function () use ($client, $iddi, $known): void {
        thrown(Errors\NotFoundException::class, fn () => $iddi->perfil($known['folio'], str_repeat('A', 86)), 'wrong signature');
        thrown(Errors\RevokedCardException::class, fn () => $iddi->perfil($known['revoked_folio'], $known['revoked_firma_digital']), 'revoked');
        thrown(Errors\AuthenticationException::class, fn () => $client($known['stag_api_key'])->perfil($known['folio'], $known['firma_digital']), 'staging key');
    },
    'verification without a connection' => function () use ($client, $iddi, $known): void {
        $keys = $iddi->llaves();
        $verifier = new CardVerifier($keys, $iddi->revocaciones());
        same(Verdict::Valid, $verifier->verify($known['qr']), 'valid');
        same(Verdict::BadSignature, $verifier->verify(str_replace('|L|', '|P|', $known['qr'])), 'tampered');
        same(Verdict::StaleList, $verifier->verify($known['qr'], time() + 40 * 86400), 'late');
        same(Verdict::UnknownIssuer, (new CardVerifier($client(null, 'v1-stag')->llaves(), null, false))->verify($known['qr']), 'staging keys');
    },
    'status' => function () use ($iddi, $known): void {
        same('vigente', $iddi->estado($known['folio'], $known['firma_digital'])['estado'], 'live');
        same('revocada', $iddi->estado($known['revoked_folio'], $known['revoked_firma_digital'])['estado'], 'revoked');
    },
]);
