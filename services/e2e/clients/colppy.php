<?php

// Calls the platform as programs for the original do: JSON as the body of a form post, which is what curl makes of a string, empty
// arrays for empty objects, and numbers as strings. The demo's values are in the file that VENTANILLA_DEMO names.

declare(strict_types=1);

$demo = json_decode(file_get_contents(getenv('VENTANILLA_DEMO')), true, 512, JSON_THROW_ON_ERROR);

function llamar(string $provision, string $operacion, array $parametros): array
{
    global $demo;
    $cuerpo = json_encode([
        'auth' => $demo['colppy']['auth'],
        'service' => ['provision' => $provision, 'operacion' => $operacion],
        'parameters' => $parametros,
    ], JSON_THROW_ON_ERROR);
    $contexto = stream_context_create([
        'http' => [
            'method' => 'POST',
            'header' => "Content-Type: application/x-www-form-urlencoded\r\n",
            'content' => $cuerpo,
        ],
        'ssl' => ['cafile' => $demo['ca_file']],
    ]);
    $texto = file_get_contents($demo['base_url'] . '/lib/frontera2/service.php', false, $contexto);
    $respuesta = json_decode($texto, true, 512, JSON_THROW_ON_ERROR);
    if ($respuesta['result']['estado'] !== 0 || $respuesta['response']['success'] !== true) {
        throw new RuntimeException("$provision.$operacion: $texto");
    }
    return $respuesta['response'];
}

function comprobar(bool $cierto, string $que): void
{
    if (!$cierto) {
        throw new RuntimeException($que);
    }
}

$clave = llamar('Usuario', 'iniciar_sesion', $demo['colppy']['user'])['data']['claveSesion'];
$sesion = ['usuario' => $demo['colppy']['user']['usuario'], 'claveSesion' => $clave];

$indice = llamar('Indice', 'listar', []); // [] and not {}
comprobar($indice['total'] === count($indice['data']), 'the index has another number of operations');

$empresas = llamar('Empresa', 'listar_empresa', ['sesion' => $sesion, 'filter' => [], 'order' => ['field' => ['razonSocial'], 'order' => 'asc']]);
comprobar($empresas['total'] === '1', 'the total is no string, or another');
$id = $empresas['data'][0]['IdEmpresa'];

$clientes = llamar('Cliente', 'listar_cliente', [
    'sesion' => $sesion, 'idEmpresa' => $id, 'start' => '0', 'limit' => '5',
    'filter' => [['field' => 'Activo', 'op' => '=', 'value' => 1]],
]);
comprobar(count($clientes['data']) === 5, 'there are not five customers');

llamar('Usuario', 'cerrar_sesion', ['sesion' => $sesion]);
