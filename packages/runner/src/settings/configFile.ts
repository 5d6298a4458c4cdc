import { existsSync } from "node:fs"

/** The configurations that are read where none is named: JSON, or a module that also brings brokers, sources and prices of one's own. */
export const DEFAULT_CONFIGS = [
  "roundlot.json",
  "roundlot.config.ts",
  "roundlot.config.mjs",
  "roundlot.config.js"
] as const

/** Is a configuration of this name a module? */
export const isModule = (file: string): boolean => /\.[cm]?[jt]s$/.test(file)

const named = (words: ReadonlyArray<string>): string | undefined => {
  const at = words.indexOf("--config")
  return at < 0 ? words.find((word) => word.startsWith("--config="))?.slice("--config=".length) : words[at + 1]
}

/**
 * Does a command line read a module, as its configuration or to prove it? That module shares `effect` and `@roundlot/core` with the program, which is
 * run from its modules: the program as one file has copies of its own.
 */
export const readsModule = (words: ReadonlyArray<string>): boolean => {
  if (words[0] === "prove") return true
  const file = named(words)
  return file === undefined ? DEFAULT_CONFIGS.some((each) => isModule(each) && existsSync(each)) : isModule(file)
}
