import { createHash } from "node:crypto"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { join } from "node:path"

const folder = fileURLToPath(new URL("../../../../fuzz/corpus", import.meta.url))

/** The inputs that are kept for a target. */
export const corpusOf = (target: string): ReadonlyArray<Buffer> =>
  readdirSync(join(folder, target)).map((name) => readFileSync(join(folder, target, name)))

/** Keeps an input under its hash; gives its file. */
export const keep = (target: string, input: Buffer): string => {
  const file = join(folder, target, createHash("sha256").update(input).digest("hex").slice(0, 16))
  mkdirSync(join(folder, target), { recursive: true })
  writeFileSync(file, input)
  return file
}
