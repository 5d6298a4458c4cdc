#!/usr/bin/env -S node --v8-pool-size=0 --
import { statSync } from "node:fs"
import { begin } from "./begin.ts"
import { readsModule } from "./settings/configFile.ts"

const changedAt = (name: string): number =>
  statSync(new URL(name, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0

const isProgram = (exports: unknown): exports is { readonly main: () => Promise<void> } =>
  typeof exports === "object" && exports !== null && "main" in exports && typeof exports.main === "function"

/** Verbs of a group, as `trades`, need much the same. */
const kindOf = (word = ""): string => (/^[a-z]{1,20}$/.test(word) ? word : "other")

/** The program beside this file; the modules that it is made of where there is none, they were built after it, or a module of somebody else's is to share them. */
const program = async (): Promise<unknown> =>
  changedAt("program.cjs") > changedAt(".tsbuildinfo") && !readsModule(process.argv.slice(2))
    ? begin(new URL(".", import.meta.url), kindOf(process.argv[2]))
    : import("./cli/main.ts")

const exports = await program()
if (isProgram(exports)) await exports.main()
