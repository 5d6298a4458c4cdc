import { createHash } from "node:crypto"
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { fileURLToPath } from "node:url"
import { cachedDataVersionTag } from "node:v8"
import { Script } from "node:vm"

/** The name of a program stands in the comment that it begins with. */
const NAME = /^\/\*([0-9a-f]+)\*\//

const DIGEST_BYTES = 20

/** A daemon has compiled by then what a start needs; later V8 forgets it again. */
const KEEP_AFTER_MS = 5000

const digestOf = (name: string, data: Uint8Array): Buffer => createHash("sha1").update(name).update(data).digest()

/** What was compiled of this program before; nothing where it is of another one, or was damaged: V8 would run it all the same. */
const readCompiled = (file: string, name: string): Buffer | undefined => {
  if (!existsSync(file)) return undefined
  const kept = readFileSync(file)
  const data = kept.subarray(DIGEST_BYTES)
  return digestOf(name, data).equals(kept.subarray(0, DIGEST_BYTES)) ? data : undefined
}

/** Leaves for later processes what this one has compiled, where the folder may be written. */
const writeCompiled = (file: string, name: string, data: Uint8Array): void => {
  const written = `${file}.${process.pid}`
  try {
    writeFileSync(written, Buffer.concat([digestOf(name, data), data]))
    renameSync(written, file)
  } catch {
    // It starts as it did now.
  }
}

/** Keeps it once: soon after the start, or at the end of a process that ends before. One that was called wrongly compiled little. */
const keepLater = (keep: () => void): void => {
  const timer = setTimeout(() => {
    process.removeListener("exit", atExit)
    keep()
  }, KEEP_AFTER_MS)
  const atExit = (code: number): void => {
    if (code === 0) keep()
  }
  process.on("exit", atExit)
  timer.unref()
}

/**
 * Begins the program `program.cjs` of a folder, and gives what it exports. It is not compiled anew: Node 20 keeps no compiled modules,
 * and to compile is half of what a start takes. `kind` is what the process is for; each kind has compiled what it needs.
 */
export const begin = (folder: URL, kind: string): unknown => {
  const source = new URL("program.cjs", folder)
  const text = readFileSync(source, "latin1")
  const name = NAME.exec(text)?.[1] ?? ""
  const tag = cachedDataVersionTag().toString(36)
  const compiled = fileURLToPath(new URL(`program.${kind}.${tag}.compiled`, folder))
  const script = new Script(text, { filename: fileURLToPath(source), cachedData: readCompiled(compiled, name) })
  if (script.cachedDataRejected !== false) {
    keepLater(() => writeCompiled(compiled, name, script.createCachedData()))
  }
  const bundle: { exports: unknown } = { exports: {} }
  script.runInThisContext()(bundle, createRequire(source), source.href)
  return bundle.exports
}
