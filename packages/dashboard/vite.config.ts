import react from "@vitejs/plugin-react"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { brotliCompressSync, constants, gzipSync } from "node:zlib"
import { defaultClientConditions, defineConfig, type Plugin } from "vite"
import { site } from "./guides/site.ts"

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const out = here("dist")

/** Where the build has put a font, by its name in the sources. */
const fonts = new Map<string, string>()

/** The dashboard's own colours and type, and what pages of text need beside them. */
const guidesStyle = (): string => {
  const design = readFileSync(here("src/design.css"), "utf8")
  const placed = design.replaceAll(/url\("\.\/fonts\/([^"]+)"\)/g, (_, font: string) => `url("/${fonts.get(font)}")`)
  return placed + readFileSync(here("guides/guides.css"), "utf8")
}

/** The guides beside the dashboard: pages without a script of its own, which work where it does not. */
const guides: Plugin = {
  name: "guides",
  apply: "build",
  generateBundle: (_, bundle) => {
    for (const part of Object.values(bundle)) {
      if (part.type === "asset") for (const name of part.names) fonts.set(name, part.fileName)
    }
  },
  closeBundle: () => {
    for (const [path, text] of site(here("../../docs"), guidesStyle())) {
      mkdirSync(dirname(join(out, path)), { recursive: true })
      writeFileSync(join(out, path), text)
    }
  }
}

const compressible = new Set([".js", ".css", ".html", ".json", ".svg"])

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
  plugins: [react(), guides, compressed],
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
