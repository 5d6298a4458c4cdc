import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import type { ServeError } from "@effect/platform/HttpServerError"
import { Effect, Schema, type Scope } from "effect"
import type * as Exchange from "../Exchange.ts"
import type { ExchangeFailed } from "../ExchangeFile.ts"
import * as ExchangeOrder from "../ExchangeOrder.ts"
import type * as Instruction from "../Instruction.ts"
import * as Serving from "./Serving.ts"

/** What came of an instruction. */
const Instructed = Schema.Struct({
  id: Schema.String,
  repeated: Schema.Boolean,
  remaining: Schema.Number,
  did: Schema.Array(Schema.String)
})

/** One request as it is printed: its payload and answer are JSON, not text of JSON. */
export const Request = Schema.Struct({
  ...ExchangeOrder.LoggedRequest.fields,
  payload: Schema.Unknown,
  answer: ExchangeOrder.LoggedAnswer
})

const Orders = Schema.Array(ExchangeOrder.ExchangeOrder)
const Fills = Schema.Array(ExchangeOrder.Execution)
const Requests = Schema.Array(Request)

/** The simulator is not there, or did not take what it was asked. */
class DoorClosed extends Schema.TaggedError<DoorClosed>()("DoorClosed", {
  url: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `the simulator at ${this.url} (ROUNDLOT_EXCHANGE_URL): ${this.detail}`
  }
}

type Failed = DoorClosed | ExchangeFailed | Instruction.InstructionRefused | Instruction.InstructionUnreadable

/** What tests and operators do with an exchange and see of it, wherever it runs. */
export interface Door {
  readonly instructJson: (text: string) => Effect.Effect<typeof Instructed.Type, Failed>
  readonly orders: Effect.Effect<typeof Orders.Type, Failed>
  readonly fills: Effect.Effect<typeof Fills.Type, Failed>
  readonly requests: Effect.Effect<typeof Requests.Type, Failed>
}

const json = <A, I>(schema: Schema.Schema<A, I>, read: Effect.Effect<A, { readonly message: string }>) =>
  Effect.flatMap(read, (value) =>
    Effect.map(Schema.encode(Schema.parseJson(schema))(value), (text) =>
      HttpServerResponse.text(text, { contentType: "application/json" })
    )
  ).pipe(
    Effect.catchAll(({ message }) => HttpServerResponse.json({ message }, { status: 422 })),
    Effect.orDie
  )

/** Opens the door of an exchange on a free port of this machine, and says its address. */
export const open = (exchange: Exchange.ExchangeService): Effect.Effect<string, ServeError, Scope.Scope> => {
  const app = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    switch (`${request.method} ${request.url}`) {
      case "POST /instructions":
        return yield* json(Instructed, Effect.flatMap(request.text, exchange.instructJson))
      case "GET /orders":
        return yield* json(Orders, exchange.orders)
      case "GET /fills":
        return yield* json(Fills, exchange.fills)
      case "GET /requests":
        return yield* json(Requests, exchange.requests)
      default:
        return HttpServerResponse.empty({ status: 404 })
    }
  })
  return Effect.map(Serving.serve(0, app), (port) => `http://127.0.0.1:${port}`)
}

/** The door of a simulator that runs as a process of its own. */
export const at = (url: string): Effect.Effect<Door, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (client) => {
    const ask = <A, I>(request: HttpClientRequest.HttpClientRequest, schema: Schema.Schema<A, I>) =>
      Effect.gen(function* () {
        const response = yield* client.execute(request)
        const text = yield* response.text
        if (response.status !== 200) return yield* new DoorClosed({ url, detail: text })
        return yield* Schema.decode(Schema.parseJson(schema))(text)
      }).pipe(
        Effect.mapError((error) =>
          error._tag === "DoorClosed"
            ? error
            : new DoorClosed({ url, detail: `no answer (${error._tag}); is it running?` })
        )
      )
    const get = <A, I>(path: string, schema: Schema.Schema<A, I>) => ask(HttpClientRequest.get(`${url}${path}`), schema)
    return {
      instructJson: (text) =>
        ask(
          HttpClientRequest.bodyText(HttpClientRequest.post(`${url}/instructions`), text, "application/json"),
          Instructed
        ),
      orders: get("/orders", Orders),
      fills: get("/fills", Fills),
      requests: get("/requests", Requests)
    }
  })
