import { createHash } from "node:crypto"
import * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Access, Api, Documents, type Parameters, Problem, type Server, Sizes } from "@roundlot/api"
import { Batches } from "@roundlot/core"
import { Entropy } from "@roundlot/core/adapter"
import { type Batch, OrderPolicy, type Template, Templates } from "@roundlot/core/ledger"
import { BatchFile, TradeFile } from "@roundlot/imports"
import { batches as views, batchResults, past, templates } from "@roundlot/queries"
import { Effect, type Layer, Option, Sink, Stream } from "effect"
import { accountNames, batchTerms, namedSources, type Services } from "@roundlot/commands"
import type { Configured } from "./Settings.ts"
import { acted } from "./failing.ts"
import { type Call, type First, once } from "./once.ts"
import { sent } from "./sent.ts"
import { versionsIn } from "./versions.ts"

const { RoundlotApi } = Api

/** The bytes of a request: its CSV as it stands, or its rows as lines of JSON. */
const bytesOf = ({ csv, rows }: Documents.BatchRequest) => {
  if ((csv === undefined) === (rows === undefined)) {
    return Effect.fail(Problem.failures.badRequest("give either rows or csv", "rows"))
  }
  return Effect.succeed(new TextEncoder().encode(csv ?? (rows ?? []).map((row) => JSON.stringify(row)).join("\n")))
}

/** What would become of each row and what would be ordered, with the first rows that are no trades. */
const checked = (file: Parameters<typeof BatchFile.check>[0]) =>
  Effect.gen(function* () {
    const rejectedRows: Array<Batch.RejectedRow> = []
    const found = yield* BatchFile.check(file, (rows) =>
      Effect.sync(() => void rejectedRows.push(...rows.slice(0, Batches.MOST_REJECTED - rejectedRows.length)))
    )
    return views.checkedOf(found, rejectedRows, file.mode)
  })

/** A batch without rows, that collects them. */
const openedBatch = (
  asked: Documents.BatchRequest,
  { mode, priority = 0, ...terms }: Template.TemplateTerms,
  key: string | undefined
) =>
  Effect.gen(function* () {
    if (asked.rows !== undefined || asked.csv !== undefined) {
      return yield* Effect.fail(
        Problem.failures.badRequest("an open batch takes no rows on submission; add them one by one", "open")
      )
    }
    const { name: actor } = yield* Access.Caller
    const account = yield* accountNames.sole(Option.fromNullable(terms.account))
    const order = OrderPolicy.said(terms)
    const batch = yield* BatchFile.open({ name: asked.name, mode, priority, account, actor, order }, key)
    return views.submittedOf({
      batch,
      accepted: 0,
      duplicates: 0,
      conflicts: 0,
      quarantined: 0,
      rejected: 0,
      noticed: []
    })
  })

/** Reads a submission's file once, and then takes its rows, or says what would be taken. */
const takenAs = (
  request: Documents.UploadTerms,
  asked: Template.TemplateTerms,
  bytes: BatchFile.Written["bytes"],
  configuration: Configured,
  key: string | undefined
) =>
  Effect.gen(function* () {
    const { again = false, backfill, dryRun, fileName, name, strict = false } = request
    const { columns, dates, decimal, mode, priority = 0, separator, skip, source = "batch", zone } = asked
    const dialect = { separator, decimal, dates, zone, skip }
    const order = OrderPolicy.said(asked)
    const file = yield* BatchFile.survey({ bytes, fileName, source, columns, dialect, mode, order })
    const { name: actor } = yield* Access.Caller
    const account = yield* accountNames.ofSource(configuration, source, asked.account)
    const policy = namedSources.filePolicyOf(configuration, source, backfill)
    if (dryRun === true) return yield* checked({ ...file, account, policy, actor })
    return views.submittedOf(
      yield* BatchFile.submit({ ...file, name, account, priority, policy, again, strict, key, actor })
    )
  })

const submitted = (request: Documents.BatchRequest, configuration: Configured, key: string | undefined) =>
  Effect.gen(function* () {
    const asked = { ...request, ...(yield* batchTerms.over(request.template, request)) }
    if (request.open === true) return yield* openedBatch(request, asked, key)
    return yield* takenAs(request, asked, Stream.make(yield* bytesOf(asked)), configuration, key)
  })

interface Uploading extends Call {
  readonly request: Call["request"] & Pick<HttpServerRequest.HttpServerRequest, "stream">
  readonly urlParams: Documents.UploadTerms
}

/** Submits once for each key; what is only checked is no act, and takes none. */
const submittedOnce = <E, R>(
  call: Call,
  dryRun: boolean | undefined,
  act: (first: First | undefined) => Effect.Effect<typeof Documents.SubmitDocument.Type, E, R>
) => (dryRun === true ? act(undefined) : once(Documents.SubmitDocument, call, act))

/**
 * Keeps what is uploaded aside, since it is read twice, and takes it from there. What tells it from another file under the same key
 * is known when all of it has come.
 */
const uploaded = ({ headers, request, urlParams: terms }: Uploading, configuration: Configured) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const kept = yield* Effect.orDie(fs.makeTempFileScoped({ prefix: "roundlot-upload-" }))
    const hash = createHash("sha256")
    const most = yield* Sizes.MostOfUpload
    const read = Stream.tap(bounded(Stream.mapError(request.stream, brokenOff), most), (part) =>
      Effect.sync(() => hash.update(part))
    )
    yield* Stream.run(read, Sink.mapError(fs.sink(kept), notKept))
    const call = { headers, request, payload: hash.digest("hex") }
    return yield* submittedOnce(call, terms.dryRun, (first) =>
      Effect.gen(function* () {
        const asked = yield* batchTerms.over(terms.template, terms)
        const bytes = Stream.provideService(TradeFile.bytesOf(kept), FileSystem.FileSystem, fs)
        return yield* takenAs(terms, asked, bytes, configuration, first?.key)
      })
    )
  }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))

const brokenOff = () => Problem.failures.badRequest("the upload was interrupted; send the file again", "body")
const notKept = (error: PlatformError) => Problem.failures.unavailable(`the file cannot be buffered: ${error.message}`)

/** A file whose length is not known before is counted as it comes. */
const bounded = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, most: number) =>
  Stream.mapAccumEffect(bytes, 0, (before, part) => {
    const size = before + part.length
    return size <= most
      ? Effect.succeed([size, part] as const)
      : Effect.fail(Problem.failures.tooLarge(Sizes.tooLarge(most), "body"))
  })

type Found = Effect.Effect.Success<ReturnType<typeof views.recordOf>>

/** A change of a batch, by whom, where it is of one of the versions. */
type Change = (
  batch: Found,
  actor: string,
  versions: Batches.Versions
) => Effect.Effect<Found, Batches.ChangeFailure | Batches.BadBatch, Batches.Batches | Entropy.Entropy>

interface Asking extends Call {
  readonly path: { readonly id: string }
  readonly headers: Call["headers"] & { readonly "if-match"?: string | undefined }
}

/** Changes the batch of a path as its caller, once for each key, where it is still as the caller has read it. */
const changed = (asked: Asking, change: Change) =>
  acted(
    once(Documents.BatchDocument, asked, () =>
      Effect.gen(function* () {
        const { id } = asked.path
        const { name } = yield* Access.Caller
        const found = yield* views.recordOf(id)
        return views.documentOf(yield* change(found, name, versionsIn(asked.headers["if-match"], id)))
      })
    )
  )

/** What a verb would do to the batch of a path. */
const rehearsed = ({ headers, path: { id } }: Asking, verb: Batches.BatchVerb) =>
  acted(
    Effect.gen(function* () {
      const { name } = yield* Access.Caller
      const found = yield* views.recordOf(id)
      const batches = yield* service
      return views.rehearsedOf(yield* batches.rehearse(found.id, verb, name, versionsIn(headers["if-match"], id)))
    })
  )

interface Rehearsable extends Asking {
  readonly urlParams: { readonly dryRun?: boolean | undefined; readonly reason?: string | undefined }
}

/** Why it is done; what is done, where nobody says why. */
const reasonOf = ({ urlParams: { reason } }: Rehearsable, done: string): string => reason ?? done

const service = Batches.Batches

/** Changes a batch, or says what that would come to. */
const doneOr = (asked: Rehearsable, verb: Batches.BatchVerb, change: Change) =>
  Effect.if(asked.urlParams.dryRun === true, {
    onTrue: () => rehearsed(asked, verb),
    onFalse: () => changed(asked, change)
  })

const cancelled = (asked: Asking & { readonly payload: { readonly reason: string } }) =>
  changed(asked, (batch, actor, versions) =>
    Effect.flatMap(service, (batches) => batches.cancel(batch.id, asked.payload.reason, actor, versions))
  )

const queued = (asked: Rehearsable) =>
  changed(asked, (batch, actor, versions) =>
    Effect.flatMap(service, (batches) => batches.queue(batch.id, { actor, reason: asked.urlParams.reason, versions }))
  )

/** Submits the failed rows of a batch once more, as a batch of their own. */
const retrying =
  (reason: string): Change =>
  (batch, actor, versions) =>
    Effect.gen(function* () {
      const uid = yield* Effect.flatMap(Entropy.Entropy, (entropy) => entropy.hex)
      return yield* (yield* service).retry(batch.id, uid, reason, actor, versions)
    })

interface OfTemplate extends Call {
  readonly path: { readonly name: string }
}

const savedTemplate = (asked: OfTemplate & { readonly payload: Parameters<typeof Templates.save>[1] }) =>
  once(Documents.TemplateDocument, asked, () =>
    Effect.flatMap(Access.Caller, ({ name }) =>
      Effect.map(Templates.save(asked.path.name, asked.payload, name), templates.documentOf)
    )
  )

const removedTemplate = (asked: OfTemplate) =>
  once(Documents.TemplateDocument, asked, () => Effect.map(Templates.remove(asked.path.name), templates.documentOf))

interface Looking {
  readonly path: { readonly id: string }
  readonly urlParams: { readonly asOf?: string | undefined }
}

/** What is read of the batch of a path, as of the moment that the caller asks for. */
const seen = <D extends object, E, R>(
  { path: { id }, urlParams: { asOf } }: Looking,
  view: (id: string) => Effect.Effect<D, E, R>
) => past.seen(asOf, views.ownerOf(id), view(id))

const ofBatches = (configuration: Configured) =>
  HttpApiBuilder.group(RoundlotApi, "batches", (group) =>
    group
      .handle("list", ({ urlParams }) =>
        Effect.map(acted(past.seen(urlParams.asOf, past.ownersOf(urlParams.account), views.list(urlParams))), sent)
      )
      .handle("active", ({ urlParams: { asOf } }) => acted(past.seen(asOf, past.ownersOf(), views.active)))
      .handle("recent", ({ urlParams: { asOf, limit } }) =>
        acted(past.seen(asOf, past.ownersOf(), views.list({ limit: limit ?? RECENT, order: "newest" })))
      )
      .handle("submit", (asked) =>
        acted(
          submittedOnce(asked, asked.payload.dryRun, (first) => submitted(asked.payload, configuration, first?.key))
        )
      )
      .handleRaw("upload", (asked) => acted(uploaded(asked, configuration)))
      .handle("show", (asked) => acted(seen(asked, views.show)))
      .handle("trades", (asked) => acted(seen(asked, (id) => views.rows(id, asked.urlParams))))
      .handle("progress", (asked) => acted(seen(asked, views.progress)))
      .handle("results", (asked) => acted(seen(asked, batchResults.results)))
      .handle("errors", (asked) => acted(seen(asked, (id) => views.errors(id, asked.urlParams))))
      .handle("rows", (asked) => {
        const { asOf: _, ...chosen } = asked.urlParams
        if (Object.keys(chosen).length > 0) return acted(seen(asked, (id) => batchResults.rows(id, chosen)))
        return acted(Effect.map(seen(asked, batchResults.exported), allRows))
      })
      .handle("export", (asked) => acted(Effect.map(seen(asked, batchResults.exported), csvFileOf(asked.path.id))))
      .handle("cancel", (asked) => (asked.payload.dryRun === true ? rehearsed(asked, "cancel") : cancelled(asked)))
      .handle("queue", queued)
      .handle("templates", () => acted(templates.list))
      .handle("saveTemplate", (asked) => acted(savedTemplate(asked)))
      .handle("removeTemplate", (asked) =>
        acted(
          asked.urlParams.dryRun === true
            ? Effect.map(Templates.find(asked.path.name), templates.documentOf)
            : removedTemplate(asked)
        )
      )
      .handle("retry", (asked) => doneOr(asked, "retry", retrying(reasonOf(asked, "retried"))))
      .handle("archive", (asked) =>
        doneOr(asked, "archive", (batch, actor, versions) =>
          Effect.flatMap(service, (batches) => batches.archive(batch.id, reasonOf(asked, "archived"), actor, versions))
        )
      )
      .handle("remove", (asked) =>
        doneOr(asked, "hide", (batch, actor, versions) =>
          Effect.flatMap(service, (batches) => batches.hide(batch.id, reasonOf(asked, "deleted"), actor, versions))
        )
      )
  )

const RECENT = 20

type Exported = Effect.Effect.Success<ReturnType<typeof batchResults.exported>>

const allRows = (exported: Exported) => streamed(jsonOf(exported), "application/json")

const csvFileOf =
  (id: string) =>
  ({ rows }: Exported) =>
    streamed(batchResults.csvOf(rows), "text/csv; charset=utf-8", {
      "content-disposition": `attachment; filename="batch-${id.replaceAll(/[^A-Za-z0-9]/g, "")}.csv"`
    })

/** A page of all rows, as they are read. */
const jsonOf = <E>({
  rows,
  ...moment
}: {
  readonly rows: Stream.Stream<Documents.BatchRowDocument, E>
}): Stream.Stream<string, E> =>
  Stream.make('{"items":[').pipe(
    Stream.concat(
      Stream.intersperse(
        Stream.map(rows, (row) => JSON.stringify(row)),
        ","
      )
    ),
    Stream.concat(Stream.make(`],${JSON.stringify({ nextCursor: null, ...moment }).slice(1)}`))
  )

/** Many rows are read while they are sent. What breaks off on the way breaks the answer off, so that nobody takes it for whole. */
const streamed = <E>(
  text: Stream.Stream<string, E>,
  contentType: string,
  headers: Readonly<Record<string, string>> = {}
) => HttpServerResponse.stream(Stream.rechunk(Stream.encodeText(text), PARTS), { contentType, headers })

/** So many rows are sent together. */
const PARTS = 200

/** Trades that are submitted together. */
export const layer = (
  configuration: Configured
): Layer.Layer<
  Server.Group<"batches">,
  never,
  Access.Reading | Parameters.KnownParameters | Access.Trading | Access.Operating | Services
> => ofBatches(configuration)
