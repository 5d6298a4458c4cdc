import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type { HttpClientError } from "@effect/platform/HttpClientError"
import type { HttpClientResponse } from "@effect/platform/HttpClientResponse"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Agent } from "@effect/platform-node/Undici"
import type { Problem } from "@roundlot/api"
import { Checkpoints, Jobs } from "@roundlot/core/ledger"
import { longReads } from "@roundlot/http"
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
  Schema,
  Scope,
  Stream
} from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmdirSync, unlinkSync } from "node:fs"
import { constants, setPriority, tmpdir } from "node:os"
import { basename, join } from "node:path"
import process from "node:process"
import type * as AnchorFile from "../anchors/anchorFile.ts"
import { AuditLine, type Audits } from "../anchors/AuditLine.ts"
import { reachedAt, type StorePlace } from "../configuration/StorePlace.ts"
import * as ownPart from "../ownPart.ts"
import * as seats from "./seats.ts"
import { AUDIT, type Given } from "./serving.ts"

/** What reads in the process may take. */
export interface Limits {
  /** The memory of the process, in MB: of what its program keeps, without SQLite's pages. */
  readonly memoryMb: number
  /** How many are answered at a time; the others wait. */
  readonly together: number
  /** How many may wait. */
  readonly waiting: number
  /** A caller who takes none of the bytes of an answer for so long has its seat no longer: the answer breaks off. */
  readonly untaken: Duration.DurationInput
  /** After so long without a read the process ends. */
  readonly idle: Duration.DurationInput
}

/** The limits of a daemon. */
export const usual: Limits = {
  memoryMb: 512,
  together: 2,
  waiting: 64,
  untaken: "30 seconds",
  idle: "5 minutes"
}

/** Where the books are, and their anchors, and the checkpoints of their journals. */
interface Place extends AnchorFile.Place {
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
    return `it needs more than ${memoryMb} MB of memory. Run the same on the command line`
  const remedy = signal === null ? "The daemon's log says why" : "Ask again"
  return `its process ended with ${signal ?? code ?? "nothing"}. ${remedy}`
}

/** What a socket's path may have at least, in bytes, on every system. */
const LONGEST_SOCKET = 100

/** As long as what the name of a temporary folder ends with. */
const RANDOM = "012345"

/** The socket's name in its folder. */
const SOCKET = "reader.sock"

/** A folder of this user alone; one of temporary files may be too deep for a socket. */
const makeFolder = (): string => {
  const at = join(tmpdir(), "roundlot-reader-")
  const isTooDeep = process.platform !== "win32" && Buffer.byteLength(socketIn(`${at}${RANDOM}`)) > LONGEST_SOCKET
  return mkdtempSync(isTooDeep ? "/tmp/roundlot-reader-" : at)
}

/**
 * Removes it with its socket. `rmSync` would look at the socket, and after that Node follows no symbolic link to the module that is loaded
 * next: https://github.com/nodejs/node/issues/51142.
 */
const removeFolder = (folder: string): void => {
  for (const remove of [() => unlinkSync(join(folder, SOCKET)), () => rmdirSync(folder)])
    try {
      remove()
    } catch {
      // There is no socket, or an empty folder stays, in the way of nothing.
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
  process.platform === "win32" ? `\\\\.\\pipe\\${basename(folder)}` : join(folder, SOCKET)

/** Begins a reader process; `log` hears what it prints, `ended` that it is gone. */
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

/** The process is reached by its socket, whatever the host. */
const ORIGIN = "http://localhost"

/** Waits until the process answers. */
const untilReady = (reader: Reader) =>
  Effect.timeoutFail(Deferred.await(reader.ready), { duration: LONGEST_START, onTimeout: () => tooSlow(reader) })

const asked = (reader: Reader, request: longReads.LongRead) =>
  Effect.gen(function* () {
    yield* untilReady(reader)
    const method = request.method === "HEAD" ? "HEAD" : "GET"
    const call = HttpClientRequest.make(method)(`${ORIGIN}${request.url}`, { headers: longReads.headersOf(request) })
    return yield* Effect.flatMap(reader.client.execute(call), (response) => passedBack(response, method)).pipe(
      Effect.catchAll((error) => whyNot(error, reader))
    )
  }).pipe(Effect.mapError(({ detail }) => seats.unavailable(detail)))

/** The lines of an audit that the process does. */
const audited = (reader: Reader, anchor: string | undefined) =>
  Effect.gen(function* () {
    yield* untilReady(reader)
    const response = yield* reader.client.get(`${ORIGIN}${AUDIT}`, { urlParams: { anchor } })
    return Stream.splitLines(Stream.decodeText(response.stream))
  }).pipe(
    Stream.unwrapScoped,
    Stream.catchTags({
      RequestError: (error) => whyNot(error, reader),
      ResponseError: (error) => whyNot(error, reader)
    }),
    Stream.mapEffect((line) => Effect.orDie(Schema.decode(AuditLine)(line)))
  )

/** Gives the process for a read, begun where there is none; it ends with the scope, and after a time without a read. */
const kept = (
  program: ReadonlyArray<string>,
  given: Omit<Given, "socket">,
  limits: Limits,
  isEmpty: () => boolean
): Effect.Effect<Effect.Effect<Reader, Problem.Failure<"Unavailable">>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { states } = yield* Checkpoints.Checkpoints
    const run = Runtime.runFork(yield* Effect.runtime())
    const log = (text: string): void =>
      void run(Effect.logWarning(text.trim()).pipe(Effect.annotateLogs("part", "reader")))
    let current: Reader | undefined
    let isUsed = false
    const end = Effect.sync(() => {
      current?.kill()
      current = undefined
    })
    yield* Effect.addFinalizer(() => end)
    const rest = Effect.suspend(() => {
      if (!isUsed && isEmpty()) return end
      isUsed = false
      return Effect.void
    })
    yield* Effect.forkScoped(Effect.schedule(rest, Schedule.spaced(limits.idle)))
    const begun = Effect.gen(function* () {
      if (current !== undefined) return current
      const made: Reader = yield* Effect.try({
        try: () => {
          const own: Reader = begin(program, given, limits, log, () => {
            if (current === own) current = undefined
          })
          return own
        },
        catch: (error) => seats.unavailable(`its process could not be started: ${ownPart.inALine(error)}`)
      })
      current = made
      yield* Effect.logInfo("a reader process has begun").pipe(Effect.annotateLogs("pid", made.pid))
      return made
    })
    return Effect.gen(function* () {
      isUsed = true
      const all = yield* states
      const found = yield* begun
      found.believe(all)
      return found
    })
  })

/** What the process does for a daemon. */
export interface ReaderProcess {
  readonly reads: longReads.LongReads
  readonly audit: Audits
}

/**
 * Has reads of earlier moments and of whole books, and audits, done by a process of their own, which is begun for the first one and ends
 * with the scope. `program` are its words: a program that waits in `readerServing.serve`. Nothing without one, or for a store that only the
 * configuration knows. What the process dies of ends what is under way, and the next one begins another.
 */
export const make = (
  { anchorFile, checkpointFolder, configuration, store, version }: Place,
  program: ReadonlyArray<string>,
  limits: Limits = usual
): Effect.Effect<ReaderProcess | undefined, never, Scope.Scope> =>
  Effect.gen(function* () {
    const address = reachedAt(store)
    if (program.length === 0 || address === undefined) return undefined
    const places = yield* seats.make(limits)
    // One takes minutes: it has a place beside the reads.
    const auditing = yield* seats.make({ ...limits, together: 1 })
    const isEmpty = () => places.isEmpty() && auditing.isEmpty()
    const given = { store: address, checkpointFolder, version, anchorFile, anchorKey: configuration.anchors.key }
    const reader = yield* kept(program, given, limits, isEmpty)
    return {
      reads: (request) =>
        Effect.gen(function* () {
          const own = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
          const answering = Effect.zipRight(
            places.take,
            Effect.flatMap(reader, (found) => asked(found, request))
          )
          const answered = yield* Scope.extend(answering, own)
          const { body } = answered
          const giveUp = Scope.close(own, Exit.void)
          if (body._tag === "Stream") {
            const bytes = seats.whileTaken(body.stream, limits.untaken, giveUp)
            return HttpServerResponse.setBody(answered, HttpBody.stream(bytes, body.contentType, body.contentLength))
          }
          // Its caller may read a document slowly: others have the seat meanwhile.
          yield* giveUp
          return answered
        }),
      audit: (anchor) =>
        Effect.zipRight(auditing.take, reader).pipe(
          Effect.map((found) => audited(found, anchor)),
          Stream.unwrapScoped,
          Stream.mapError(
            ({ detail }) => new Jobs.JobFailed({ detail: `the audit has no result: ${detail}`, final: true })
          )
        )
    }
  })
