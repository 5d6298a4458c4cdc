import { Documents, Json, Signature } from "@roundlot/api"
import { AccountName } from "@roundlot/core"
import { ExactJson } from "@roundlot/core/adapter"
import { Instruction, Listing } from "@roundlot/broker-paper"
import { listing, past } from "@roundlot/queries"
import { Cause, Effect, Either, Exit, Logger, Option, Redacted, Schema, Stream } from "effect"
import { KeptAnchor, sourceTrade } from "@roundlot/daemon"
import { Configuration, EnvFile } from "@roundlot/daemon/configuration"
import { personOf } from "../../../http/src/access/person.ts"
import * as shared from "../../../api/src/groups/shared.ts"
import * as AlpacaEvents from "../../../broker-alpaca/src/Execution.ts"
import * as AlpacaOrders from "../../../broker-alpaca/src/OrderAnswer.ts"
import * as AlpacaUpdates from "../../../broker-alpaca/src/TradeUpdates.ts"
import * as IbkrTime from "../../../broker-ibkr/src/BrokerTime.ts"
import * as ExecId from "../../../broker-ibkr/src/ExecId.ts"
import * as IbkrMessage from "../../../broker-ibkr/src/Message.ts"
import * as IbkrText from "../../../broker-ibkr/src/Text.ts"
import * as Frames from "../../../broker-ibkr/src/wire/frames.ts"
import * as Versions from "../../../broker-ibkr/src/wire/versions.ts"
import * as SchwabActivity from "../../../broker-schwab/src/Activity.ts"
import * as SchwabErrors from "../../../broker-schwab/src/ErrorBody.ts"
import * as SchwabOrders from "../../../broker-schwab/src/OrderAnswer.ts"
import * as EvmCursor from "../../../source-evm/src/EvmCursor.ts"
import * as NatsPosition from "../../../source-nats/src/internal/position.ts"
import * as versions from "../../../http/src/versions.ts"
import { rowsOf } from "../../../imports/test/reading.ts"

/** Reads an input as the program does, and throws where it holds no promise: a value or a typed error, the same when it is written and read again. */
export type Target = (input: Buffer) => void

const paper = AccountName.AccountName.make("paper")

/** A typed error is an answer; a defect is none. */
const answered = <A, E>(effect: Effect.Effect<A, E>): A | undefined => {
  const exit = Effect.runSyncExit(Effect.provide(effect, Logger.remove(Logger.defaultLogger)))
  if (Exit.isSuccess(exit)) return exit.value
  if (Option.isSome(Cause.failureOption(exit.cause)) && Option.isNone(Cause.dieOption(exit.cause))) return undefined
  throw new Error(Cause.pretty(exit.cause), { cause: Cause.squash(exit.cause) })
}

const isSame = (one: unknown, other: unknown, what: string): void => {
  const [before, after] = [JSON.stringify(one), JSON.stringify(other)]
  if (before !== after) throw new Error(`${what} is not the same again: ${before} and ${after}`)
}

const ofText =
  (read: (text: string) => unknown): Target =>
  (input) =>
    void read(input.toString())

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is decoded encodes to what decodes to the same. */
const bodies = (schemas: ReadonlyArray<Schema.Schema.AnyNoContext>): Target => {
  const codecs = schemas.map((schema) => [Schema.decodeUnknownEither(schema), Schema.encodeSync(schema)] as const)
  return ofText((text) => {
    if (Json.repeatedMember(text) !== undefined) return
    const value = parsed(text)
    for (const [decode, encode] of codecs) {
      const written = Either.map(decode(value), encode)
      if (Either.isLeft(written)) continue
      const again = Either.map(decode(written.right), encode)
      isSame(
        written.right,
        Either.getOrElse(again, () => "refused"),
        "a body"
      )
    }
  })
}

const rows = (format: "csv" | "json-lines"): Target => {
  const read = (input: Buffer, size: number) => answered(rowsOf(input, { format }, size))
  const texts = (all: ReturnType<typeof read>) => (all ?? []).map((row) => [row._tag, row.line])
  // What is read does not depend on where a file is cut into pieces.
  return (input) => isSame(texts(read(input, 4096)), texts(read(input, 61)), "a file")
}

const alpacaFrames: Target = ofText((text) => {
  const connection = {
    send: () => Effect.void,
    next: Effect.succeed(text),
    frames: Stream.make(text, text)
  }
  const replacements = {
    seen: (order: AlpacaOrders.OrderAnswer) => Effect.succeed(AlpacaOrders.seenOf(paper, order)),
    idsOf: () => Effect.dieMessage("nothing is asked of it"),
    named: Effect.succeed
  }
  answered(Stream.runDrain(AlpacaUpdates.reports(paper, connection, replacements, (clean) => clean)))
  AlpacaEvents.readEvent(text)
})

const schwabOrder = Schema.decodeUnknownOption(Schema.parseJson(SchwabOrders.OrderAnswer))

const schwabFrames: Target = ofText((text) => {
  SchwabActivity.ordersIn(text, "123")
  SchwabErrors.errorIn(text)
  ExactJson.rowsIn(text)
  for (const order of Option.toArray(schwabOrder(ExactJson.exact(text))).flatMap(SchwabOrders.withChildren)) {
    if (!SchwabOrders.isReadable(order)) continue
    SchwabOrders.executionsOf(order)
    SchwabOrders.totalOf(order)
    SchwabOrders.missingOf(order)
    SchwabOrders.lastChangeOf(order)
    SchwabOrders.timeInForceOf(order)
  }
})

const ibkrFrames: Target = ofText((text) => {
  const tokens = text.split("\0")
  for (const version of [Versions.OLDEST, Versions.NEWEST]) IbkrMessage.decode(version, tokens)
  const { opened, push } = Frames.reader()
  const bytes = Buffer.concat([Frames.opening(text), Frames.frame(tokens)])
  const parts = Array.from({ length: Math.ceil(bytes.length / 61) }, (_, i) => bytes.subarray(61 * i, 61 * (i + 1)))
  const pushed = parts.flatMap(push)
  isSame(opened() ?? "", Buffer.from(text).toString(), "an opening")
  isSame(JSON.stringify(pushed), JSON.stringify([tokens.map((token) => Buffer.from(token).toString())]), "a message")
  Frames.reader().push(Buffer.from(text, "latin1"))
  Versions.agreed(text, Versions.NEWEST)
  for (const token of tokens) {
    ExecId.parse(token)
    IbkrTime.parse(token)
    IbkrTime.parse(token, tokens[0])
    IbkrText.decimalOf(token)
  }
})

const cursors: Target = ofText((text) => {
  listing.orderOfCursor(text)
  for (const types of [[], ["number"], ["string"], ["string", "number"]] as const) {
    const cells = Either.getOrUndefined(listing.decodeCursor("orders", "oldest", types, text))
    if (cells !== undefined) isSame(listing.encodeCursor("orders", "oldest", cells), text, "a cursor")
  }
})

const chain: EvmCursor.Outside = { chainId: 1, contracts: ["0xa"], topic: "0xb" }

const evmCursors: Target = ofText((text) => {
  const reached = Either.getOrUndefined(EvmCursor.parse(text, chain))
  if (reached === undefined) return
  isSame(Either.getOrUndefined(EvmCursor.parse(EvmCursor.format(chain, reached), chain)), reached, "a cursor")
})

const standing = { place: "nats:s@1", first: 1, last: 9 }

const natsCursors: Target = ofText((text) => void NatsPosition.resume(text, standing, {}))

/** What a followed source hands over, as a message of NATS or a row of an outbox: a trade, or why it is none. */
const delivered: Target = ofText((text) => void sourceTrade.readTrade("venue")(parsed(text)))

const ISSUER = "https://login.example.com/"

/** What a provider says of who signs in: whatever it is, the actor is one line without a slash, and has a role that is his. */
const claims: Target = ofText((text) => {
  const value = parsed(text)
  if (typeof value !== "object" || value === null) return
  const said = personOf(
    { groupsClaim: "groups", issuer: ISSUER, roles: new Map([["staff", { role: "read" }]]) },
    Object.fromEntries(Object.entries(value))
  )
  if (Either.isLeft(said)) return
  const { name, person, role } = said.right
  if (!/^oidc:[^\s/]+$/.test(name) || role !== "read" || /[\n\r]/.test(person)) throw new Error(`an actor ${name}`)
})

const store = { id: "s", incarnation: "i" }

const anchors: Target = ofText((text) => {
  answered(KeptAnchor.anchorOf(text))
  const read = KeptAnchor.anchorsIn(text, store, undefined).anchors
  isSame(
    KeptAnchor.anchorsIn(read.map(KeptAnchor.lineOf).join(""), store, undefined).anchors,
    read,
    "a file of anchors"
  )
})

const headers: Target = ofText((text) => {
  versions.versionsIn(text, "O1")
  Signature.faultOf([Redacted.make("a secret")], text, "{}", 1)
  Schema.decodeUnknownEither(shared.versioned)({ "if-match": text, "idempotency-key": text })
})

const configuration: Target = ofText((text) => {
  Configuration.parse(text, "roundlot.json")
  EnvFile.parse(text, ".env")
})

const exchange: Target = ofText((text) => {
  Listing.parse(text, "listing.txt")
  Instruction.parse(text)
})

/** Everything that reads what comes from outside, by the name of its corpus. */
export const targets: Readonly<Record<string, Target>> = {
  csv: rows("csv"),
  jsonLines: rows("json-lines"),
  bodies: bodies([
    Documents.TradeRequest,
    Documents.DeliveryRequest,
    Documents.BatchRequest,
    Documents.DecisionRequest,
    Documents.LimitsRequest,
    Documents.OrderPolicyRequest,
    Documents.JobRequest
  ]),
  alpaca: alpacaFrames,
  schwab: schwabFrames,
  ibkr: ibkrFrames,
  cursors,
  evmCursors,
  natsCursors,
  delivered,
  claims,
  headers,
  configuration,
  asOf: ofText(past.parse),
  anchors,
  exchange
}
