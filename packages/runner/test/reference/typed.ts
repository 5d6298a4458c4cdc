import type { Migrations } from "@roundlot/store-sql"
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { desk, type Ended } from "../cli/roundlot.ts"
import { simulatedAt, type Simulated } from "../cli/simulated.ts"
import { linesOf, read, root, type Block, type Line } from "./blocks.ts"

/** A command line, word by word. */
export type Words = ReadonlyArray<string>

/** A program that is not ours, or a verb that is done in another way here. */
export type Program = (words: Words, variables: Readonly<Record<string, string>>) => Ended | Promise<Ended>

type Desk = ReturnType<typeof desk>
type Daemon = ReturnType<Desk["begin"]>

/** What is there before a block is typed: files, a simulated broker, what was done, and what is done before a line. */
export interface Scene {
  readonly at?: Simulated
  /** The folder in which lines are typed, as the guide names it. */
  readonly cwd?: string
  /** The store that is meant where none is named. */
  readonly store?: string
  readonly files?: Readonly<Record<string, string>>
  readonly first?: ReadonlyArray<Words>
  readonly before?: (words: Words) => ReadonlyArray<Words>
  /** What stands here for a word of the guide, an id or an address, by what was printed so far. */
  readonly here?: (word: string, said: string) => string
  /** Other programs by their names. */
  readonly programs?: Readonly<Record<string, Program>>
  /** The version of Roundlot that is installed when a line is typed. */
  readonly version?: (words: Words) => ReadonlyArray<Migrations.Migration> | undefined
  /** A daemon that is started goes on while the next lines are typed. */
  readonly goesOn?: true
}

/** Programs of the machine that do here what they do there; who is not its administrator can do it too. */
const theirs = new Set(["ln", "mkdir", "cp", "chmod"])

const spawned: (words: Words) => Ended = ([name = "", ...words]) => {
  const { status, stderr, stdout } = spawnSync(name, words, { encoding: "utf8" })
  return { code: status ?? -1, out: stdout, err: stderr }
}

/** A line without what stands before the program: variables for it alone, and who helps to start it. */
export const meant = (words: Words): { readonly set: Readonly<Record<string, string>>; readonly words: Words } => {
  const [first = "", ...rest] = words
  if (first === "sudo" || first === "npx") return meant(rest)
  const [, name, value = ""] = /^([A-Z_]+)=(.*)$/.exec(first) ?? []
  if (name === undefined) return { set: {}, words }
  const after = meant(rest)
  return { set: { [name]: value, ...after.set }, words: after.words }
}

const isFile = /^[\w./-]*(?:\.(?:csv|db|env|json|xml)|\w\/)$/

/** Where a path of a guide is here: what is of the machine's is below the folder of the test. */
const placed = (folder: string, cwd: string, word: string): string => {
  const [, scheme = "", path = ""] = /^(sqlite:)?(.*)$/s.exec(word) ?? []
  if (path.startsWith(folder)) return word
  if (path.startsWith("/opt/roundlot")) return join(root, path.slice("/opt/roundlot".length))
  if (/^\/(?:etc|var|usr|state)\//.test(path)) return `${scheme}${join(folder, path)}`
  return isFile.test(path) ? `${scheme}${join(folder, cwd, path)}` : word
}

/** How much of its tape `npm start` plays here. */
const TAPE_LINES = 300

/** What `npm start` starts: on a port that is free, with the beginning of its tape. */
const started = (folder: string): Words => {
  const [, line = ""] = /roundlot\.mjs (.+)/.exec(JSON.parse(read("package.json")).scripts.start) ?? []
  const shorter = (tape: string): string => {
    writeFileSync(join(folder, "tape.csv"), read(tape).split("\n").slice(0, TAPE_LINES).join("\n"))
    return join(folder, "tape.csv")
  }
  const words = line.split(" ").map((word) => (word.startsWith("examples/") ? shorter(word) : word))
  return [...words, "--port", "0"]
}

/** Somebody who types lines of a guide in a folder of a test's own; what each ended with is kept. */
export const typist = async ({
  at,
  cwd = "",
  here = (word) => word,
  programs = {},
  store = "books.db",
  ...scene
}: Scene = {}) => {
  const { begin, file, folder, wait } = desk()
  const simulator = at === undefined ? undefined : await simulatedAt(at, folder)
  const variables: Record<string, string> = { ROUNDLOT_STORE: `sqlite:${join(folder, cwd, store)}` }
  const codes: Array<string> = []
  let said = ""
  const daemons: Array<Daemon> = []

  const roundlot = async (words: Words, set: Readonly<Record<string, string>>): Promise<Ended> => {
    const isEndless = words[0] === "start" && !words.includes("--until-idle")
    // Else a daemon that would go on for ever ends when it is idle.
    const line = isEndless && scene.goesOn === undefined ? [...words, "--until-idle"] : words
    const begun = begin(line, { ...variables, ...set }, scene.version?.(words))
    if (!isEndless || scene.goesOn === undefined) return begun.ended
    daemons.push(begun)
    await begun.says(/Running|roundlot is up/)
    return { code: 0, out: begun.said(), err: "" }
  }

  const npm: Program = ([script, , ...words], set) =>
    script === "start"
      ? roundlot([...started(folder), ...words], set)
      : { code: -1, out: "", err: `nobody knows npm ${script}` }

  const ours: Readonly<Record<string, Program>> = { roundlot, npm }

  const done = ([name = "", ...words]: Words, set: Readonly<Record<string, string>>): Ended | Promise<Ended> => {
    const program = programs[name] ?? ours[name]
    if (program !== undefined) return program(words, { ...variables, ...set })
    return theirs.has(name) ? spawned([name, ...words]) : { code: -1, out: "", err: `nobody knows ${name}` }
  }

  /** Does a line of words; what it printed. */
  const run = async (typed: Words): Promise<Ended> => {
    const { set, words } = meant(typed.map((word) => placed(folder, cwd, here(word, said))))
    const ended = await done(words, set)
    said += ended.out
    codes.push(`${ended.code} ${words.join(" ")} ${ended.code === 0 ? "" : ended.err}`)
    return ended
  }

  const type = async (line: Line): Promise<ReadonlyArray<Ended>> => {
    if (line._tag === "File") file(line.name, line.text)
    if (line._tag === "Variable") variables[line.name] = placed(folder, cwd, line.value)
    // The simulator is there already.
    if (line._tag !== "Command" || line.words.includes("simulate")) return []
    const { words } = meant(line.words)
    for (const each of scene.before?.(words.slice(1)) ?? []) await run(["roundlot", ...each])
    return [await run(line.words)]
  }

  /** Ends the daemons that go on; what they ended with is kept as well. */
  const rest = async (): Promise<void> => {
    for (const daemon of daemons.splice(0)) {
      daemon.end()
      const { code, err } = await daemon.ended
      codes.push(`${code} a daemon ${code === 0 ? "" : err}`)
    }
  }

  onTestFinished(async () => {
    await rest()
    await simulator?.end()
  })
  mkdirSync(join(folder, cwd), { recursive: true })
  for (const [name, text] of Object.entries(scene.files ?? {})) writeFileSync(join(folder, cwd, name), text)
  for (const words of scene.first ?? []) await run(["roundlot", ...words])
  return {
    codes,
    folder,
    rest,
    run,
    /** Waits until a daemon that goes on has said this. */
    says: (text: RegExp): Promise<unknown> => Promise.all(daemons.map((daemon) => daemon.says(text))),
    simulator,
    wait,
    /** Types the lines of blocks, one after the other; what each ended with. */
    typeAll: async (blocks: ReadonlyArray<Block>): Promise<ReadonlyArray<Ended>> => {
      wait(60_000)
      const ended: Array<Ended> = []
      for (const line of blocks.flatMap(({ code, language }) => (language === "sh" ? linesOf(code) : [])))
        ended.push(...(await type(line)))
      return ended
    }
  }
}
