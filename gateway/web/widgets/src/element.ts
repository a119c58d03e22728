/** Makes an element. Texts become text nodes and nothing else, so that nothing that the service says is run. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string | null | false)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children.filter((child) => child !== null && child !== false))
  return made
}

const shapes = {
  check: 'M4.5 12.5l5 5 10-11',
  question: 'M8.5 9a3.5 3.5 0 1 1 5.2 3.1c-1.2.7-1.7 1.3-1.7 2.4M12 18.2v.3',
  cross: 'M6 6l12 12M18 6L6 18',
  out: 'M13 5h6v6M19 5l-9 9M16 14v5H5V8h5',
  cloud: 'M7 18a4 4 0 0 1-.5-8A6 6 0 0 1 18 9a4.5 4.5 0 0 1 .5 9zM4 4l16 16',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  home: 'M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20',
}

/** A picture that says nothing that the text beside it does not. */
export function icon(shape: keyof typeof shapes): SVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const picture = document.createElementNS(space, 'svg')
  picture.setAttribute('viewBox', '0 0 24 24')
  picture.setAttribute('class', 'icon')
  picture.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', shapes[shape])
  picture.append(path)
  return picture
}

/** A link to another site, which learns nothing of this page. */
export function linkOut(address: string, { newTab }: { newTab: string }, ...children: readonly (Node | string)[]): HTMLAnchorElement {
  return make('a', { href: address, target: '_blank', rel: 'noopener noreferrer', part: 'link' }, ...children, icon('out'), hiddenText(` ${newTab}`))
}

/** Text for screen readers alone. */
export function hiddenText(text: string): HTMLElement {
  return make('span', { class: 'unseen' }, text)
}
