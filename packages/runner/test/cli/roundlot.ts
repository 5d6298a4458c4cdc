import { Sqlite } from "@roundlot/sqlite"
import type { Migrations } from "@roundlot/store-sql"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { inject, onTestFinished } from "vitest"
import type * as Performed from "./performed.ts"

/** What a command line came to. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** The command line as a function, out of the same bundle: made of its sources it would take each file of tests seconds. */
const performing = (): Promise<typeof Performed> => import(join(inject("programs"), "performed.mjs"))

/** A folder of a test's own, which goes when the test has passed: what one that failed has left is there to be looked at. */
const ownFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "roundlot-cli-"))
  onTestFinished(({ task }) => {
    if (task.result?.state === "pass") rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Keeps what a program prints, for who waits for words of it. */
const listening = () => {
  const printed = { out: "", err: "" }
  const watchers = new Set<() => void>()
  return {
    printed,
    keep: (stream: "out" | "err") => (text: string | Buffer) => {
      printed[stream] += text.toString()
      for (const watcher of watchers) watcher()
    },
    /** Waits until it has printed this, or has ended. */
    says: (text: RegExp, ended: Promise<unknown>): Promise<void> =>
      Promise.race([
        ended.then(() => undefined),
        new Promise<void>((resolve) => {
          const look = () => {
            if (text.test(printed.out + printed.err)) resolve()
          }
          watchers.add(look)
          look()
        })
      ])
  }
}

/**
 * A folder of its own with a store in it, or with what belongs to the store that is named, and the command line on that store, run
 * in this process.
 */
export const desk = (named?: string, known?: ReadonlyArray<Migrations.Migration>, folder: string = ownFolder()) => {
  const store = named ?? `sqlite:${join(folder, "books.db")}`
  const place = ["--store", store, ...(named === undefined ? [] : ["--paper", join(folder, "paper.db")])]
  let ahead = 0
  /** Begins a command line; it ends when it has done its work, or when it is asked to as by a signal. */
  const begin = (
    words: ReadonlyArray<string>,
    variables: Readonly<Record<string, string>> = {},
    version = known,
    isOutTerminal = false,
    terminal: { readonly columns?: number; readonly isTerminal?: boolean } = {}
  ) => {
    const { keep, printed, says } = listening()
    const stopping = new AbortController()
    const streams = { out: keep("out"), err: keep("err"), isOutTerminal, ...terminal }
    const ended = performing()
      .then(({ performed }) =>
        performed(words, variables, streams, { laterMs: ahead, known: version, stop: stopping.signal })
      )
      .then((code): Ended => ({ code, ...printed }))
    return {
      ended,
      end: () => stopping.abort(),
      said: (): string => printed.out + printed.err,
      says: (text: RegExp) => says(text, ended)
    }
  }
  const plain = (words: ReadonlyArray<string>, variables: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    begin(words, variables).ended
  const cli = (...words: ReadonlyArray<string>) => plain([...words, ...place])
  return {
    folder,
    store,
    /** The flags that name the store and its exchange. */
    place,
    begin,
    plain,
    cli,
    /** What a person at a terminal of so many columns sees. */
    seen: (columns: number, words: ReadonlyArray<string>, variables: Readonly<Record<string, string>> = {}) =>
      begin([...words, ...place], variables, known, true, { columns, isTerminal: true }).ended,
    /** The answer of a verb as the program that asked reads it. */
    json: async (...words: ReadonlyArray<string>): Promise<unknown> => JSON.parse((await cli(...words, "--json")).out),
    /** A file in the folder. */
    file: (name: string, text: string): string => {
      const path = join(folder, name)
      writeFileSync(path, text)
      return path
    },
    /** The paper exchange trades these symbols at 100 dollars. */
    price: async (...symbols: ReadonlyArray<string>): Promise<void> => {
      for (const symbol of symbols)
        await cli(
          "exchange",
          "instruct",
          JSON.stringify({ id: `price ${symbol}`, do: { price: { symbol, price: "100" } } })
        )
    },
    /** From now on it is so much later. */
    wait: (ms: number) => {
      ahead += ms
    }
  }
}

/** Writes into the store by hand. */
export const overwrite = (store: string, sql: string): void => {
  const db = Sqlite.open(store.slice("sqlite:".length))
  db.exec(sql)
  db.close()
}

/** The header of a file of trades. */
export const HEADER = "source_id,timestamp,symbol,side,quantity,price"

/** A file of AAPL buys, an id and a quantity each. */
export const buys = (...rows: ReadonlyArray<readonly [id: string, quantity: string]>): string =>
  [HEADER, ...rows.map(([id, quantity]) => `${id},2026-01-02T15:00:00Z,AAPL,buy,${quantity},200`), ""].join("\n")

/** A program as a process of its own, with what it has printed so far. Its input stays open until `tell` has given it all. */
export const running = (
  command: ReadonlyArray<string>,
  { cwd, variables }: { readonly cwd?: string | undefined; readonly variables?: Readonly<Record<string, string>> } = {}
) => {
  const [file = "", ...words] = command
  const spawned = spawn(file, words, { stdio: "pipe", cwd, env: { ...process.env, ...variables } })
  // Who ends before it has read everything is no failure of the test's own.
  spawned.stdin.on("error", () => undefined)
  const { keep, printed, says } = listening()
  spawned.stdout.on("data", keep("out"))
  spawned.stderr.on("data", keep("err"))
  // No test leaves a program behind, not even one that failed.
  const kill = () => void spawned.kill("SIGKILL")
  process.on("exit", kill)
  let isOver = false
  const ended = new Promise<Ended>((resolve) => {
    spawned.on("close", (code, signal) => {
      process.off("exit", kill)
      isOver = true
      resolve({ code: code ?? (signal === null ? -1 : 128), ...printed })
    })
  })
  return {
    ended,
    isOver: (): boolean => isOver,
    said: (): string => printed.out + printed.err,
    pid: spawned.pid ?? 0,
    tell: (input: string) => void spawned.stdin.end(input),
    signal: (name: "SIGINT" | "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGUSR2") => spawned.kill(name),
    /** Waits until it has printed this, or has ended. */
    says: (text: RegExp): Promise<void> => says(text, ended)
  }
}

/** The command of one of the run's programs; Node is told where its own flags end, since it reads some even behind a program. */
export const program = (name: string, words: ReadonlyArray<string>): ReadonlyArray<string> => [
  process.execPath,
  "--",
  join(inject("programs"), `${name}.mjs`),
  ...words
]

/** The command line, or another program of `test/program`, as a process of its own. */
export const child = (words: ReadonlyArray<string>, input = "", cwd?: string, name = "main") => {
  const started = running(program(name, words), { cwd })
  started.tell(input)
  return started
}

const LOOK_AGAIN_MS = 5

/** Asks until it is so, and lets others have the processor in between. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS))
}
