// Begins a bundle without compiling it anew: Node 20 keeps no compiled modules, and to compile is half of what a start takes.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import process from "node:process"
import { Script } from "node:vm"

const source = new URL("./programs.cjs", import.meta.url)
const compiled = new URL("./programs.compiled", import.meta.url)

const script = new Script(`(function (module, require, bundleUrl) {${readFileSync(source, "utf8")}\n})`, {
  filename: source.pathname,
  cachedData: existsSync(compiled) ? readFileSync(compiled) : undefined
})

const bundle = { exports: {} }
script.runInThisContext()(bundle, createRequire(source), source.href)

/** The programs of `programs.ts`. */
export const programs = bundle.exports

/** Leaves for later processes what this one will have compiled by its end. */
export const keepCompiled = () => process.on("exit", () => writeFileSync(compiled, script.createCachedData()))
