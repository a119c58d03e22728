// What the service answers widgets with, of invented people.
export const sap = {
  id: 'subsidio-agua-potable', categoria: 'transferencias', url: 'https://www.chileatiende.gob.cl/fichas/451', title: 'Subsidio al pago del consumo de agua potable',
  description: 'Ayuda a pagar una parte de la cuenta del agua de la vivienda en que usted vive.', idChileAtiende: [451], estado: 'potencial',
  condiciones: [
    { texto: 'El hogar está en el Registro Social de Hogares.', estado: 'cumple', faltan: [] },
    { texto: 'La cuenta del agua está al día.', estado: 'falta', faltan: ['Estado de la cuenta del agua', 'Número de cliente'] },
  ],
  normas: [{ norma: 'Ley 18.778', articulo: 'artículo 1', url: 'https://www.bcn.cl/leychile/navegar?idNorma=30071' }],
}

const health = {
  id: 'garantias', categoria: 'salud', url: 'https://www.chileatiende.gob.cl/fichas/2464', title: 'Garantías explícitas en salud (GES)',
  description: 'Acceso, oportunidad, protección financiera y calidad en la atención de las enfermedades que la ley señala.', idChileAtiende: [2464], estado: 'cumple',
  condiciones: [{ texto: 'Tiene Fonasa o isapre.', estado: 'cumple', faltan: [] }],
  normas: [{ norma: 'Ley 19.966', articulo: 'artículo 2', url: 'https://www.bcn.cl/leychile/navegar?idNorma=229834' }, { norma: 'Decreto 72', articulo: '', url: '' }],
}

const checkUp = {
  ...health, id: 'examen', title: 'Examen de medicina preventiva', estado: 'potencial',
  description: 'Un control de salud gratuito y periódico, según la edad y el sexo.', normas: [],
  condiciones: [{ texto: 'Tiene 15 años o más.', estado: 'cumple', faltan: [] }, { texto: 'No se ha hecho el examen este año.', estado: 'falta', faltan: [] }],
}

const school = { ...health, id: 'utiles', categoria: 'educacion', title: 'Programa de útiles escolares', description: '', condiciones: [], normas: [], url: '' }

export const perfil = {
  persona: { rut: '44444444-4', nombres: 'Amanda Beatriz', apellidos: 'Quilodrán Sepúlveda' },
  beneficios: [health, checkUp, school, sap],
  accesos: ['beneficios potenciales', 'perfil ciudadano', 'hogar ciudadano', 'beneficios potenciales', 'beneficios potenciales'].map((motivo, i) => ({
    fecha: `2026-11-2${5 - i}T18:0${i}:00Z`, quien: 'Ministerio de Ejemplo', motivo,
  })),
  revision: 12,
}

export const hogar = {
  hogar: {
    tramo: 40, comuna: 'Puerto Montt',
    integrantes: [
      { nombre: 'Amanda Beatriz', relacion: 'jefatura', usted: true },
      { nombre: 'Ismael', relacion: 'pareja', usted: false },
      { nombre: 'Rayén', relacion: 'hijo', usted: false },
    ],
  },
  beneficios: [sap],
  revision: 12,
}

export const found = (data) => ({ status: 200, body: { code: 200, success: true, data } })

/** The refusals of the document's table, with its texts. */
export const refusals = {
  400: 'Hay un problema con tu request',
  401: 'Tu api key es incorrecta',
  403: 'No tienes permiso para ver esta página',
  429: 'Estas solicitando muchos recursos! Detente!',
  500: 'Tuvimos un problema con nuestro servidor. Inténtalo nuevamente mas tarde',
  503: 'Estamos offline por mantenimiento. Inténtalo nuevamente mas tarde',
}

export const refused = (status, headers = {}) => ({ status, headers, body: { code: status, success: false, data: { message: refusals[status] } } })
