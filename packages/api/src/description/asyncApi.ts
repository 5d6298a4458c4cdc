import * as JsonSchema from "@effect/platform/OpenApiJsonSchema"
import type { Schema } from "effect"
import * as Documents from "../documents/index.ts"
import { isRecord, type Json, nullableScalars, open, refTo, rewritten, simplified } from "./schemas.ts"

/** What happens, as it is streamed and posted (AsyncAPI 3.0). */
export interface AsyncApiDocument {
  readonly asyncapi: string
  readonly info: Json
  readonly defaultContentType: string
  readonly servers: Json
  readonly channels: Json
  readonly operations: Json
  readonly components: Readonly<Record<"messages" | "schemas" | "securitySchemes", Json>>
}

interface Message {
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly document: Schema.Schema.Any
}

const messages: Readonly<Record<"Begun" | "Commit" | "Commits" | "Delivery", Message>> = {
  Begun: {
    name: "begun",
    summary: "Where the stream begins",
    description: "First event of a stream: later events follow its cursor.",
    document: Documents.BegunDocument
  },
  Commit: {
    name: "commit",
    summary: "Records that changed together",
    description:
      "One commit to the books of an account, or a part of a large one (200 changes each); the last part has the cursor as its `id`. Read the named records.",
    document: Documents.CommitDocument
  },
  Commits: {
    name: "commits",
    summary: "Commits, and the cursor after them",
    description: "Text message of the WebSocket. `commits` is empty if only the cursor moved.",
    document: Documents.CommitsDocument
  },
  Delivery: {
    name: "delivery",
    summary: "Events of a subscription, in order",
    description:
      "Delivered at least once: `account` and `seq` identify a repeated event. Without a success response within 10 s the delivery is retried.",
    document: Documents.DeliveryDocument
  }
}

const schemasOf = (): Json => {
  const defs: Record<string, unknown> = {}
  for (const { document } of Object.values(messages)) {
    JsonSchema.makeWithDefs(document, { defs, defsPath: "#/components/schemas/" })
  }
  const { Int: _, ...own } = Object.fromEntries(
    Object.entries(defs).map(([name, schema]) => [name, rewritten(rewritten(schema, simplified), open)])
  )
  const used = JSON.stringify(own)
  return {
    ...own,
    ...Object.fromEntries(Object.entries(nullableScalars).filter(([name]) => used.includes(`/${name}"`)))
  }
}

const messageOf = (identifier: string, { description, name, summary }: Message): readonly [string, Json] => [
  identifier,
  { name, summary, description, contentType: "application/json", payload: refTo(identifier) }
]

const referring = (place: string, names: ReadonlyArray<string>): ReadonlyArray<Json> =>
  names.map((name) => ({ $ref: `${place}/messages/${name}` }))

const channel = (
  address: string | undefined,
  description: string,
  names: ReadonlyArray<keyof typeof messages>
): Json => ({
  ...(address === undefined ? {} : { address }),
  description,
  messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]))
})

const channels = {
  stream: channel(
    "/api/v1/live",
    "Server-sent events: `event` is the message's name, `data` its payload as JSON, `id` the cursor to go on from, as `Last-Event-ID` or `?after=`. `?account=` and `?entity=order,fill` narrow them.",
    ["Begun", "Commit"]
  ),
  socket: channel("/api/v1/live/socket", "The same over a WebSocket; `?after=`, `?account=` and `?entity=` as there.", [
    "Commits"
  ]),
  webhooks: channel(undefined, "The address of a webhook, as `webhooks` of the configuration names it.", ["Delivery"])
} as const

const securitySchemes = {
  token: { type: "http", scheme: "bearer", description: "A token of the role `read`." },
  signature: {
    type: "httpApiKey",
    in: "header",
    name: "roundlot-signature",
    description:
      "`t=SECONDS,v1=HEX`: the HMAC-SHA256 of `SECONDS.BODY` with the webhook's secret. Reject deliveries with another signature or an old time."
  }
} as const

const operationOf = (
  name: string,
  summary: string,
  found: unknown,
  security: keyof typeof securitySchemes = "token"
): Json => ({
  action: "send",
  summary,
  security: [{ $ref: `#/components/securitySchemes/${security}` }],
  channel: { $ref: `#/channels/${name}` },
  messages:
    isRecord(found) && isRecord(found["messages"])
      ? referring(`#/channels/${name}`, Object.keys(found["messages"]))
      : []
})

/** The description of events of a version, made of the schemas that they are of. */
export const asyncApiOf = (version: string): AsyncApiDocument => ({
  asyncapi: "3.0.0",
  info: {
    title: "Roundlot events",
    version,
    description: "Live events of the books, streamed or posted by a daemon. Calls are described in `/openapi.json`.",
    license: { name: "MIT", url: "https://opensource.org/license/mit" }
  },
  defaultContentType: "application/json",
  servers: { daemon: { host: "127.0.0.1:8080", protocol: "http", description: "A daemon on this machine" } },
  channels,
  operations: {
    stream: operationOf("stream", "Streams commits as server-sent events", channels.stream),
    socket: operationOf("socket", "Streams commits over a WebSocket", channels.socket),
    deliver: operationOf("webhooks", "Posts events to a webhook, signed and in order", channels.webhooks, "signature")
  },
  components: {
    messages: Object.fromEntries(
      Object.entries(messages).map(([identifier, message]) => messageOf(identifier, message))
    ),
    schemas: schemasOf(),
    securitySchemes
  }
})
