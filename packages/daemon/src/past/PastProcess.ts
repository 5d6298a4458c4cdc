import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpClientError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Agent } from "@effect/platform-node/Undici"
import { Problem } from "@roundlot/api"
import { Checkpoints } from "@roundlot/core/ledger"
import { past } from "@roundlot/http"
import {
  Data,
  Deferred,
  type Duration,
  Effect,
  ExecutionStrategy,
  Exit,
  FiberId,
  Runtime,
  Schedule,
  Scope
} from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { constants, setPriority, tmpdir } from "node:os"
import { basename, join } from "node:path"
import process from "node:process"
import { reachedAt, type StorePlace } from "../configuration/StorePlace.ts"
import * as ownPart from "../ownPart.ts"
import type { Given } from "./serving.ts"

/** What reads of the past may take. */
export interface Limits {
  /** The memory of the process, in MB: of what its program keeps, without SQLite's pages. */
  readonly memoryMb: number
  /** How many are answered at a time; the others wait. */
  readonly together: number
  /** How many may wait. */
  readonly waiting: number
  /** After so long without a read the process ends. */
  readonly idle: Duration.DurationInput
}

/** The limits of a daemon. */
export const usual: Limits = { memoryMb: 512, together: 2, waiting: 64, idle: "5 minutes" }

/** Where the books are, and the checkpoints of their journals. */
interface Place {
  readonly store: StorePlace
  readonly checkpointFolder: string
  /** Of the daemon's program: the store is opened by no other, which could have other tables. */
  readonly version: string
}

/** The process has ended, or could not be started. */
class Gone extends Data.TaggedError("Gone")<{ readonly detail: string }> {}

/** The process, as long as it lives. */
interface Reader {
  /** It answers. */
  readonly ready: Deferred.Deferred<void, Gone>
  readonly gone: Deferred.Deferred<never, Gone>
  readonly client: HttpClient.HttpClient.With<HttpClientError, Scope.Scope>
  readonly pid: number | undefined
  /** Has it begin its folds at these places: all that the daemon believes, of which it hears those that are new. */
  readonly believe: (states: ReadonlyArray<Checkpoints.State>) => void
  readonly kill: () => void
}

/** Trading has the processor first. */
const yielding = (pid: number): void => {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It goes as it is.
  }
}

/** V8 ends a process with this signal when its memory is used up. */
const OUT_OF_MEMORY = "SIGABRT"

const endOf = (code: number | null, signal: string | null, { memoryMb }: Limits): string => {
  if (signal === OUT_OF_MEMORY || code === 128 + constants.signals.SIGABRT)
    return `it needs more than ${memoryMb} MB of memory. Run the same on the command line with --as-of`
  const remedy = signal === null ? "The daemon's log says why" : "Ask again"
  return `its process ended with ${signal ?? code ?? "nothing"}. ${remedy}`
}

/** What a socket's path may have at least, in bytes, on every system. */
const LONGEST_SOCKET = 100

/** As long as what the name of a temporary folder ends with. */
const RANDOM = "012345"

/** A folder of this user alone; one of temporary files may be too deep for a socket. */
const makeFolder = (): string => {
  const at = join(tmpdir(), "roundlot-past-")
  const isTooDeep = process.platform !== "win32" && Buffer.byteLength(socketIn(`${at}${RANDOM}`)) > LONGEST_SOCKET
  return mkdtempSync(isTooDeep ? "/tmp/roundlot-past-" : at)
}

const removeFolder = (folder: string): void => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // It is empty, and in the way of nothing.
  }
}

/** Options of node that the process has of its own, or that would stop it. */
const OWN_OPTIONS = /^--(?:max-old-space-size|inspect)/

/** Starts the program; throws where the system starts none. */
const started = ([node = "", ...words]: ReadonlyArray<string>, { memoryMb }: Limits) => {
  const options = [`--max-old-space-size=${memoryMb}`, ...words.filter((word) => !OWN_OPTIONS.test(word))]
  const child = spawn(node, options, { windowsHide: true })
  // Without file descriptors there are none of its streams; its error comes later.
  if (child.pid !== undefined) return child
  child.on("error", () => undefined)
  throw new Error("the system started no process")
}

/** The same, where no folder stays behind of a program that did not start. */
const startedBeside = (folder: string, program: ReadonlyArray<string>, limits: Limits) => {
  try {
    return started(program, limits)
  } catch (error) {
    removeFolder(folder)
    throw error
  }
}

/** Where the process listens. */
const socketIn = (folder: string): string =>
  process.platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, "past.sock")

/** Begins a process that reads the past; `log` hears what it prints, `ended` that it is gone. */
const begin = (
  program: ReadonlyArray<string>,
  given: Omit<Given, "socket">,
  limits: Limits,
  log: (text: string) => void,
  ended: () => void
): Reader => {
  const folder = makeFolder()
  const child = startedBeside(folder, program, limits)
  const socket = socketIn(folder)
  const agent = new Agent({ connect: { socketPath: socket } })
  const ready = Deferred.unsafeMake<void, Gone>(FiberId.none)
  const gone = Deferred.unsafeMake<never, Gone>(FiberId.none)
  const over = (detail: string): void => {
    const failure = Exit.fail(new Gone({ detail }))
    Deferred.unsafeDone(ready, failure)
    Deferred.unsafeDone(gone, failure)
    void agent.destroy()
    removeFolder(folder)
    ended()
  }
  child.on("error", ({ message }) => over(`its process could not be started: ${message}`))
  child.on("exit", (code, signal) => over(endOf(code, signal, limits)))
  child.stdout.once("data", () => Deferred.unsafeDone(ready, Exit.void))
  child.stderr.setEncoding("utf8").on("data", log)
  // A process that has ended reads nothing: `exit` reports it.
  child.stdin.on("error", () => undefined)
  const tell = (line: object): void => void child.stdin.write(`${JSON.stringify(line)}\n`)
  tell({ ...given, socket } satisfies Given)
  let heard = 0
  if (child.pid !== undefined) yielding(child.pid)
  return {
    ready,
    gone,
    client: HttpClient.withScope(NodeHttpClient.makeUndici(agent)),
    pid: child.pid,
    believe: (states) => {
      for (const state of states.slice(heard)) tell(state)
      heard = states.length
    },
    kill: () => void child.kill("SIGKILL")
  }
}

const unavailable = (detail: string) => Problem.failures.unavailable(`the past cannot be read: ${detail}`)

/** Lets so many pass at a time until their scopes close, and so many wait. */
const makeSeats = ({ together, waiting: most }: Limits) =>
  Effect.map(Effect.makeSemaphore(together), (seats) => {
    let waiting = 0
    let taken = 0
    const take = Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (taken >= together && waiting >= most)
          return yield* Effect.fail(unavailable(`${waiting} reads wait already. Ask again in a moment`))
        waiting += 1
        yield* Effect.ensuring(
          restore(seats.take(1)),
          Effect.sync(() => void (waiting -= 1))
        )
        taken += 1
        yield* Effect.addFinalizer(() => {
          taken -= 1
          return seats.release(1)
        })
      })
    )
    return { take, isEmpty: () => taken + waiting === 0 }
  })

/** Headers of the connection to the process, which the answer to the caller has of its own. */
const OF_TRANSPORT: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding"
])

/** The answer of the process: a document whole, rows as they come, and of a question for its headers these alone. */
const passedBack = (response: HttpClientResponse, method: "GET" | "HEAD") =>
  Effect.gen(function* () {
    const { headers, status } = response
    const { "content-type": contentType, ...others } = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !OF_TRANSPORT.has(name))
    )
    const options = { status, headers: others, contentType }
    const length = headers["content-length"]
    if (method === "HEAD")
      return HttpServerResponse.empty({
        status,
        headers: length === undefined ? others : { ...others, "content-length": length }
      })
    if (length === undefined) return HttpServerResponse.stream(response.stream, options)
    return HttpServerResponse.uint8Array(new Uint8Array(yield* response.arrayBuffer), options)
  })

/** Where the process does not answer, it has ended, or is about to. */
const whyNot = ({ message }: HttpClientError, { gone }: Reader) =>
  Effect.timeoutFail(Deferred.await(gone), { duration: "1 second", onTimeout: () => new Gone({ detail: message }) })

/** So long may the process take to open the store. */
const LONGEST_START = "1 minute"

const tooSlow = ({ kill }: Reader): Gone => {
  kill()
  return new Gone({ detail: "the store was not opened within a minute. Ask again" })
}

const asked = (reader: Reader, request: past.PastRequest) =>
  Effect.gen(function* () {
    yield* Effect.timeoutFail(Deferred.await(reader.ready), {
      duration: LONGEST_START,
      onTimeout: () => tooSlow(reader)
    })
    const method = request.method === "HEAD" ? "HEAD" : "GET"
    const call = HttpClientRequest.make(method)(`http://localhost${request.url}`, { headers: past.headersOf(request) })
    return yield* Effect.flatMap(reader.client.execute(call), (response) => passedBack(response, method)).pipe(
      Effect.catchAll((error) => whyNot(error, reader))
    )
  }).pipe(Effect.mapError(({ detail }) => unavailable(detail)))

/**
 * Has reads of earlier moments answered by a process of their own, which is begun for the first one and ends with the scope. `program` are
 * its words: a program that waits in `pastServing.serve`. Nothing without one, or for a store that only the configuration knows. What the
 * process dies of ends the reads that are under way, and the next one begins another.
 */
export const make = (
  { checkpointFolder, store, version }: Place,
  program: ReadonlyArray<string>,
  limits: Limits = usual
): Effect.Effect<past.PastReads | undefined, never, Scope.Scope> =>
  Effect.gen(function* () {
    const address = reachedAt(store)
    if (program.length === 0 || address === undefined) return undefined
    const { states } = yield* Checkpoints.Checkpoints
    const seats = yield* makeSeats(limits)
    const run = Runtime.runFork(yield* Effect.runtime())
    const log = (text: string): void =>
      void run(Effect.logWarning(text.trim()).pipe(Effect.annotateLogs("part", "past")))
    let current: Reader | undefined
    const end = Effect.sync(() => {
      current?.kill()
      current = undefined
    })
    yield* Effect.addFinalizer(() => end)
    let isUsed = false
    const rest = Effect.suspend(() => {
      if (!isUsed && seats.isEmpty()) return end
      isUsed = false
      return Effect.void
    })
    yield* Effect.forkScoped(Effect.schedule(rest, Schedule.spaced(limits.idle)))
    const reader = Effect.gen(function* () {
      if (current !== undefined) return current
      const begun: Reader = yield* Effect.try({
        try: () => {
          const made: Reader = begin(program, { store: address, checkpointFolder, version }, limits, log, () => {
            if (current === made) current = undefined
          })
          return made
        },
        catch: (error) => unavailable(`its process could not be started: ${ownPart.inALine(error)}`)
      })
      current = begun
      yield* Effect.logInfo("a process reads the past").pipe(Effect.annotateLogs("pid", begun.pid))
      return begun
    })
    const answer = (request: past.PastRequest) =>
      Effect.gen(function* () {
        yield* seats.take
        isUsed = true
        const all = yield* states
        const found = yield* reader
        found.believe(all)
        return yield* asked(found, request)
      })
    return (request) =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
        const answered = yield* Scope.extend(answer(request), own)
        // Its caller may read a document slowly: others have the seat meanwhile.
        if (answered.body._tag !== "Stream") yield* Scope.close(own, Exit.void)
        return answered
      })
  })
