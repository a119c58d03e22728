import { createHash } from 'node:crypto'
import { defineConfig, type Plugin } from 'vite'

// The page is served at /c and /cs, its files beneath /c/. They are committed, so that Go builds without Node; the same
// sources and versions give the same bytes.
export default defineConfig({
  base: '/c/',
  plugins: [listFiles()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the page's policy has no inline code or style
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { page: 'index.html', sw: 'src/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
})

/** Tells the service worker which files to keep, and their version. */
function listFiles(): Plugin {
  return {
    name: 'list-files',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const hash = createHash('sha256')
      const files = ['/c']
      for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (name === 'sw.js') continue
        hash.update(name).update(file.type === 'chunk' ? file.code : file.source)
        if (name.startsWith('assets/')) files.push(`/c/${name}`)
      }
      const worker = bundle['sw.js']
      if (worker?.type !== 'chunk') throw new Error('there is no service worker to tell its files')
      worker.code = worker.code.replace('__VERSION__', hash.digest('hex').slice(0, 16)).replace('__FILES__', files.join(' '))
    },
  }
}
