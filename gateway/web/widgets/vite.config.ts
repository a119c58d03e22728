import { defineConfig } from 'vite'

// One classic script and one stylesheet, served at /widgets/v1/. They are committed, so that Go builds without Node; the
// same sources and versions give the same bytes.
export default defineConfig({
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // those with light-dark(), which must stay as it is written
    reportCompressedSize: false,
    lib: { entry: 'src/main.ts', name: 'CmpWidgets', formats: ['iife'], fileName: () => 'cmp-widgets.js', cssFileName: 'cmp-widgets' },
    rolldownOptions: { output: { exports: 'named' } },
  },
})
