import react from "@vitejs/plugin-react"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { defaultClientConditions, defineConfig, type Plugin } from "vite"

const out = fileURLToPath(new URL("dist", import.meta.url))

const compressible = new Set([".js", ".css", ".html", ".svg"])

/** Beside each file its compressed forms, so that nothing is compressed while it is asked for. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  closeBundle: () => {
    for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !compressible.has(extname(entry.name))) continue
      const file = join(entry.parentPath, entry.name)
      const bytes = readFileSync(file)
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
    }
  }
}

export default defineConfig({
  plugins: [react(), compressed],
  resolve: { conditions: ["@roundlot/source", ...defaultClientConditions] },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    // The policy of the daemon allows no address inside a page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700
  },
  worker: { format: "es" },
  server: { proxy: { "/api": "http://127.0.0.1:8080", "/health": "http://127.0.0.1:8080" } }
})
