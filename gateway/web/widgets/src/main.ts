import './style/base.css'
import './style/benefit.css'
import './style/household.css'
import './style/state.css'
import { showHogar } from './hogar.ts'
import { showPerfil } from './perfil.ts'
import { type Given, place, type Placed } from './place.ts'
import { readHogar, readPerfil } from './wire.ts'

/** Shows who the citizen is, which benefits may be due, and who read the citizen's data. */
export function perfilCiudadano(given: Given): Placed {
  return place({ path: 'perfil', read: readPerfil, show: showPerfil }, given)
}

/** Shows the citizen's household and the benefits that may be due to it. */
export function hogarCiudadano(given: Given): Placed {
  return place({ path: 'hogar', read: readHogar, show: showHogar }, given)
}
