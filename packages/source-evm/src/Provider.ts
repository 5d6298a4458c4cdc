import { Effect, Schema, Stream, type Scope } from "effect"
import {
  BaseError,
  http,
  HttpRequestError,
  numberToHex,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
  webSocket
} from "viem"
import { Block, EventLog, type Wanted } from "./Block.ts"
import { ProviderFault } from "./ProviderFault.ts"

/** Where a node is, and the name that it has in messages: an address can have a key in it. */
export interface ProviderPlace {
  readonly name: string
  readonly url: string
  /** How long its answer is waited for; 15 seconds where nothing is said. */
  readonly timeoutMs?: number
}

/** A node that is asked over JSON-RPC. What it answers is read, and not yet believed. */
export interface Provider {
  readonly name: string
  readonly chainId: Effect.Effect<number, ProviderFault>
  /** A block by its number, or the newest; undefined where the node has none such. */
  readonly block: (number: number | "latest") => Effect.Effect<Block | undefined, ProviderFault>
  readonly logs: (wanted: Wanted, from: number, to: number) => Effect.Effect<ReadonlyArray<EventLog>, ProviderFault>
  /** The logs of one block: a node that has no logs of it yet refuses, where of a range it answers with none. */
  readonly logsOfBlock: (wanted: Wanted, hash: string) => Effect.Effect<ReadonlyArray<EventLog>, ProviderFault>
  /** Says each new head, where the node is asked over a WebSocket. */
  readonly newHeads: Stream.Stream<unknown, ProviderFault> | undefined
}

type Ask = (method: string, params: ReadonlyArray<unknown>) => Promise<unknown>

const TIMEOUT_MS = 15_000

const timedOut = (provider: string, method: string) =>
  new ProviderFault({ provider, problem: "TimedOut", detail: `did not answer ${method} in time` })

/** What a request failed with: codes and our own words, since a library's message has the address in it. */
const faultOf = (provider: string, method: string, error: unknown): ProviderFault => {
  const caused = <A>(is: (each: unknown) => each is A): A | undefined => {
    const found: unknown = error instanceof BaseError ? error.walk(is) : error
    return is(found) ? found : undefined
  }
  const said = (problem: ProviderFault["problem"], detail: string, code?: number) =>
    new ProviderFault({ provider, problem, detail, ...(code === undefined ? {} : { code }) })
  if (caused((each) => each instanceof ResponseBodyTooLargeError) !== undefined)
    return said("TooLarge", `answered ${method} with more bytes than are read`)
  if (caused((each) => each instanceof TimeoutError) !== undefined) return timedOut(provider, method)
  const refused = caused((each) => each instanceof RpcRequestError)
  if (refused !== undefined) return said("Refused", `refused ${method} with code ${refused.code}`, refused.code)
  const status = caused((each) => each instanceof HttpRequestError)?.status
  return status === undefined
    ? said("Unreachable", `could not be reached for ${method}`)
    : said("Refused", `answered ${method} with status ${status}`, status)
}

/** The way to a node. */
interface Way {
  readonly ask: Ask
  /** Gives up what is open: the next request opens it again. */
  readonly drop: Effect.Effect<void>
  readonly newHeads: Provider["newHeads"]
}

const overHttp = ({ timeoutMs = TIMEOUT_MS, url }: ProviderPlace): Way => {
  const { request } = http(url)({ retryCount: 0, timeout: timeoutMs })
  return { ask: (method, params) => request({ method, params }), drop: Effect.void, newHeads: undefined }
}

const overSocket = ({ name, timeoutMs = TIMEOUT_MS, url }: ProviderPlace): Effect.Effect<Way, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { request, value } = webSocket(url, { reconnect: false })({ retryCount: 0, timeout: timeoutMs })
    let isOpen = false
    // Not waited for: one that never opened would keep a source from ending.
    const drop = Effect.sync(() => {
      if (isOpen)
        value?.getRpcClient().then(
          (client) => client.close(),
          () => undefined
        )
      isOpen = false
    })
    yield* Effect.addFinalizer(() => drop)
    const ask: Ask = async (method, params) => {
      isOpen = true
      return await request({ method, params })
    }
    const newHeads = Stream.asyncPush<unknown, ProviderFault>(
      (emit) =>
        Effect.tryPromise({
          try: async () => {
            isOpen = true
            await value?.subscribe({
              params: ["newHeads"],
              onData: (head) => void emit.single(head),
              onError: (error) => emit.fail(faultOf(name, "eth_subscribe", error))
            })
          },
          catch: (error) => faultOf(name, "eth_subscribe", error)
        }),
      { bufferSize: 1, strategy: "sliding" }
    )
    return { ask, drop, newHeads }
  })

const ChainId = Schema.transform(Schema.String.pipe(Schema.pattern(/^0x[0-9a-fA-F]{1,13}$/)), Schema.Number, {
  strict: true,
  decode: Number,
  encode: (number) => `0x${number.toString(16)}`
})

/** Reads an answer; whatever it fails with, the answer is unreadable. */
type Read<A> = (answer: unknown) => Effect.Effect<A, unknown>

const decodeLogs = Schema.decodeUnknown(Schema.Array(EventLog))

/** Logs, each with its JSON as the node gave it. */
const readLogs: Read<ReadonlyArray<EventLog>> = (answer) =>
  Effect.map(decodeLogs(answer), (logs) => {
    const given: ReadonlyArray<unknown> = Array.isArray(answer) ? answer : []
    return logs.map((log, at) => ({ ...log, raw: JSON.stringify(given[at]) }))
  })

const dropped: ReadonlyArray<ProviderFault["problem"]> = ["Unreachable", "TimedOut"]

/** Reaches a node over HTTP or a WebSocket, as its address says; a socket is closed with the scope. */
export const make = (place: ProviderPlace): Effect.Effect<Provider, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { name, timeoutMs = TIMEOUT_MS, url } = place
    const way = /^wss?:/.test(url) ? yield* overSocket(place) : overHttp(place)
    const asked = <A>(read: Read<A>, method: string, params: ReadonlyArray<unknown>) =>
      Effect.tryPromise({ try: () => way.ask(method, params), catch: (error) => faultOf(name, method, error) }).pipe(
        // Until a socket is open, a request over it has no bound of its own.
        Effect.timeoutFail({ duration: timeoutMs, onTimeout: () => timedOut(name, method) }),
        // A socket that broke, or says nothing more, is opened again by the next request.
        Effect.tapError(({ problem }) => (dropped.includes(problem) ? way.drop : Effect.void)),
        Effect.flatMap((answer) =>
          Effect.mapError(
            read(answer),
            () => new ProviderFault({ provider: name, problem: "Unreadable", detail: `answered ${method} unreadably` })
          )
        )
      )
    return {
      name,
      chainId: asked(Schema.decodeUnknown(ChainId), "eth_chainId", []),
      block: (number) =>
        Effect.map(
          asked(Schema.decodeUnknown(Schema.NullOr(Block)), "eth_getBlockByNumber", [
            number === "latest" ? number : numberToHex(number),
            false
          ]),
          (block) => block ?? undefined
        ),
      logs: ({ contracts, topic }, from, to) =>
        asked(readLogs, "eth_getLogs", [
          { address: contracts, topics: [[topic]], fromBlock: numberToHex(from), toBlock: numberToHex(to) }
        ]),
      logsOfBlock: ({ contracts, topic }, blockHash) =>
        asked(readLogs, "eth_getLogs", [{ address: contracts, topics: [[topic]], blockHash }]),
      newHeads: way.newHeads
    }
  })
