// What a partner's page does with the widgets: it shows both, and writes down what goes wrong.
const { apiKey, token, trial } = document.body.dataset
const log = document.getElementById('log')

function onError(error) {
  const entry = document.createElement('li')
  entry.textContent = JSON.stringify(error)
  log.append(entry)
}

CmpWidgets.perfilCiudadano({ selector: trial === 'lugar' ? '#otro-lugar' : '#perfil', apiKey, cmpToken: token, onError })
CmpWidgets.hogarCiudadano({ selector: '#hogar', apiKey, cmpWidget: token, onError })
