import { jetstream, jetstreamManager, type StreamConfig } from "@nats-io/jetstream"
import { connect } from "@nats-io/transport-node"
import { Clock, Decimal, Instant, Price, Quantity, Side, Trade } from "@roundlot/core"
import { type TradeSource } from "@roundlot/core/adapter"
import type { SourceContract } from "@roundlot/testing"
import { Effect, Either, Redacted, Schema } from "effect"
import { connect as connectSocket, createServer, type Socket } from "node:net"
import { afterAll } from "vitest"
import { NatsSource } from "../src/index.ts"
import { makeServer, PASSWORD, type Server } from "./server.ts"

let made: Promise<Server> | undefined

/** The server of this file. */
export const server = (): Promise<Server> => (made ??= makeServer())

afterAll(async () => {
  await (await made)?.remove()
  made = undefined
})

const OneTrade = Schema.Struct({
  sourceId: Schema.NonEmptyString,
  symbol: Schema.NonEmptyString,
  side: Side.Side,
  quantity: Quantity.Quantity,
  price: Price.Price,
  tradedAt: Instant.FromString
})

const Trades = Schema.parseJson(Schema.Union(OneTrade, Schema.Array(OneTrade)))

/** A message with one trade, or a list of them. */
const read: NatsSource.NatsConfig<never>["read"] = (text) =>
  Either.mapBoth(Schema.decodeUnknownEither(Trades)(text), {
    onLeft: ({ message }) => message,
    onRight: (found) => ("sourceId" in found ? [found] : found).map((trade) => Trade.input({ ...trade, source: "app" }))
  })

/** A trade as a message has it. */
export const bodyOf = ({ price, quantity, side, sourceId, symbol, tradedAt }: SourceContract.Given): string =>
  JSON.stringify({
    sourceId,
    symbol,
    side,
    quantity: Decimal.format(quantity),
    price: Decimal.format(price),
    tradedAt: Instant.format(tradedAt)
  })

/** Does something with the server as an app does that manages its streams. */
export const manage = <A>(
  use: (at: {
    readonly manager: Awaited<ReturnType<typeof jetstreamManager>>
    readonly publish: (subject: string, bodies: ReadonlyArray<string | Uint8Array>) => Promise<void>
  }) => Promise<A>
) =>
  Effect.promise(async () => {
    const { url } = await server()
    const connection = await connect({ servers: new URL(url).host, ...PASSWORD })
    try {
      const client = jetstream(connection)
      const publish = async (subject: string, bodies: ReadonlyArray<string | Uint8Array>) => {
        for (const body of bodies) await client.publish(subject, body)
      }
      return await use({ manager: await jetstreamManager(connection), publish })
    } finally {
      await connection.close()
    }
  })

/** The address of a server that says something else than the one behind it, of the same length. */
export const proxied = (url: string, changed: (text: string) => string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const sockets = new Set<Socket>()
        const proxy = createServer((near) => {
          const far = connectSocket(Number(new URL(url).port), "127.0.0.1")
          for (const socket of [near, far]) sockets.add(socket.on("error", () => socket.destroy()))
          near.pipe(far)
          far.on("data", (bytes) => near.write(Buffer.from(changed(bytes.toString("latin1")), "latin1")))
        })
        await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve))
        return { proxy, sockets }
      }),
      ({ proxy, sockets }) =>
        Effect.sync(() => {
          for (const socket of sockets) socket.destroy()
          proxy.close()
        })
    ),
    ({ proxy }) => {
      const address = proxy.address()
      const at = new URL(url)
      at.port = String(typeof address === "object" ? address?.port : address)
      return at.href
    }
  )

let count = 0

/** A stream of its own, under subjects of its name. */
export const stream = (config: Partial<StreamConfig> = {}) =>
  Effect.suspend(() => {
    const name = `S${process.pid}_${count++}`
    return Effect.as(
      manage(({ manager }) => manager.streams.add({ ...config, name, subjects: [`${name}.>`] })),
      name
    )
  })

/** A stream as a source, and what it rejected. */
export const natsAt = (name: string, options: Partial<NatsSource.NatsConfig<never>> = {}) =>
  Effect.gen(function* () {
    const { url } = yield* Effect.promise(server)
    const rejected: Array<TradeSource.Rejected> = []
    const reject = (messages: ReadonlyArray<TradeSource.Rejected>) => Effect.sync(() => void rejected.push(...messages))
    const config = {
      servers: Redacted.make(url),
      stream: name,
      read,
      reject,
      pollingInterval: "30 millis",
      ...options
    } as const
    return { ...(yield* NatsSource.make(config)), rejected }
  }).pipe(Effect.provide(Clock.layerAlwaysOpen))

/** What the contract of sources asks of an outside. */
export const place = Effect.map(stream(), (name): SourceContract.Place => ({
  open: natsAt(name),
  bring: (trades) => manage(({ publish }) => publish(`${name}.trades`, trades.map(bodyOf))),
  bytesOf: ({ sourceId }) => `{"sourceId":"${sourceId}",`,
  fail: manage(({ manager }) => manager.streams.delete(name))
}))
