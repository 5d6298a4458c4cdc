import type * as FileSystem from "@effect/platform/FileSystem"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { type Clock, Roundlot } from "@roundlot/core"
import { Entropy, TradeRepository } from "@roundlot/core/adapter"
import { Checkpoints } from "@roundlot/core/ledger"
import { longReads } from "@roundlot/http"
import { Effect, Layer, Logger, Schema, Stream } from "effect"
import { createServer } from "node:http"
import process from "node:process"
import { createInterface } from "node:readline"
import type * as AnchorFile from "../anchors/anchorFile.ts"
import { AuditLine } from "../anchors/AuditLine.ts"
import * as auditLines from "../anchors/auditLines.ts"
import { textsIn } from "../anchors/checkpointFiles.ts"
import { parse, type StorePlace } from "../configuration/StorePlace.ts"

/** Where an audit is asked for, beside the routes that only read. */
export const AUDIT = "/audit"

/** The first line of its input: the daemon's version, the store's address, where its anchors and checkpoints are, and where to listen. */
const Given = Schema.Struct({
  version: Schema.String,
  store: Schema.String,
  checkpointFolder: Schema.String,
  anchorFile: Schema.String,
  /** The file of the key that signs anchors. */
  anchorKey: Schema.UndefinedOr(Schema.String),
  socket: Schema.String
})

/** What a reader process is given. */
export type Given = typeof Given.Type

/** Any other line: a place of a journal that the daemon believes. */
const State = Schema.Struct({ account: Schema.String, seq: Schema.Int, stateHash: Schema.String })

/** The names of many accounts are in one header. */
const LARGEST_HEADERS = 4 * 1024 * 1024

/** Nothing is written here. */
const lookedAt = (repository: TradeRepository.TradeRepositoryService): TradeRepository.TradeRepositoryService => {
  const refused = new TradeRepository.StoreUnavailable({
    place: "the reader process",
    problem: "read_only",
    detail: "it is only read",
    remedy: "Write through the daemon"
  })
  return { ...repository, write: () => refused, forget: () => refused }
}

/** Opens a store to read. */
export type StoreOf = (
  store: StorePlace
) => Layer.Layer<TradeRepository.TradeRepository | Clock.Clock, TradeRepository.StoreError>

/** What a reader process reads with. */
export interface Serving {
  readonly storeOf: StoreOf
  /** Its version. */
  readonly version: string
}

const booksOf = (store: ReturnType<StoreOf>) =>
  Roundlot.layer.pipe(
    Layer.provideMerge(
      Layer.effect(TradeRepository.TradeRepository, Effect.map(TradeRepository.TradeRepository, lookedAt))
    ),
    Layer.provideMerge(Layer.merge(store, Entropy.layerSecure))
  )

/** Audits the books for a job of the daemon: the job's result is written by the daemon. */
const audits = (place: AnchorFile.Place) =>
  HttpApiBuilder.Router.use((router) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<FileSystem.FileSystem | TradeRepository.TradeRepository>()
      const audit = Effect.map(HttpServerRequest.ParsedSearchParams, ({ anchor }) => {
        const lines = auditLines.lines(typeof anchor === "string" ? anchor : undefined, place)
        const text = Stream.map(lines, (line) => `${Schema.encodeSync(AuditLine)(line)}\n`)
        return HttpServerResponse.stream(Stream.encodeText(Stream.provideContext(text, context)))
      })
      yield* router.get(AUDIT, audit)
    })
  )

/** Answers until its input ends. */
const answering = (input: AsyncIterableIterator<string>, { storeOf, version }: Serving) =>
  Effect.gen(function* () {
    const first = yield* Effect.promise(() => input.next())
    const { anchorFile, anchorKey, checkpointFolder, socket, store, ...daemon } = yield* Schema.decode(
      Schema.parseJson(Given)
    )(first.value)
    // Another version may have other tables, and would change those of the daemon that runs.
    if (daemon.version !== version)
      return yield* Effect.dieMessage(
        `the daemon is version ${daemon.version}, this program ${version}: restart the daemon`
      )
    const checkpoints = Checkpoints.make(yield* textsIn(checkpointFolder))
    const server = NodeHttpServer.layer(() => createServer({ maxHeaderSize: LARGEST_HEADERS }), { path: socket })
    const books = booksOf(storeOf(yield* parse(store, "store")))
    const auditing = audits({ anchorFile, configuration: { anchors: { key: anchorKey } } })
    yield* Layer.build(longReads.layer.pipe(Layer.provide(auditing), Layer.provide(Layer.merge(server, books)))).pipe(
      Effect.provideService(Checkpoints.Checkpoints, checkpoints)
    )
    process.stdout.write("ready\n")
    yield* Stream.runForEach(Stream.fromAsyncIterable(input, String), (line) =>
      Effect.flatMap(Schema.decode(Schema.parseJson(State))(line), ({ account, seq, stateHash }) =>
        checkpoints.prove(account, seq, stateHash)
      )
    )
  })

/** What is logged goes on with the daemon's log: the answer that it waits for is all that is printed. */
const toDaemon = Logger.replace(Logger.defaultLogger, Logger.withConsoleError(Logger.logfmtLogger))

/**
 * Answers long reads for the daemon that began this process, until its input ends: the daemon has ended then. It prints a
 * line when it can be asked.
 */
export const serve = (serving: Serving): Promise<void> =>
  answering(createInterface({ input: process.stdin })[Symbol.asyncIterator](), serving).pipe(
    Effect.matchCauseEffect({
      onFailure: (cause) => Effect.as(Effect.logError(cause), 1),
      onSuccess: () => Effect.succeed(0)
    }),
    // At once: nothing is closed that an answer under way would keep open.
    Effect.map((code) => process.exit(code)),
    Effect.scoped,
    Effect.provide(Layer.merge(NodeFileSystem.layer, toDaemon)),
    Effect.runPromise
  )
