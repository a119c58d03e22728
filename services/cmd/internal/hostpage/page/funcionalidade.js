// What a partner's page does with a pass key: it asks the platform who opened it, and takes the key out of the address.
const { base, token, instancia, funcionalidade } = document.body.dataset
const address = new URL(location.href)
const chavePasse = address.searchParams.get('chavePasse') ?? ''
address.searchParams.delete('chavePasse')
history.replaceState(null, '', address)

const query = new URLSearchParams({ instanciaApp: instancia, chavePasse, chaveFuncionalidade: funcionalidade })
const message = document.getElementById('mensagem')
try {
  const answer = await (await fetch(`${base}/clientes/chavePasse/usuario?${query}`, { headers: { Authorization: token } })).json()
  message.textContent = answer.message
  if (answer.status) {
    document.getElementById('chave-unica').textContent = answer.data.chaveUnica
    document.getElementById('integracao').textContent = JSON.stringify(answer.data.integracao, null, 2)
  }
} catch {
  message.textContent = 'A plataforma não respondeu.'
}
