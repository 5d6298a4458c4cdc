import * as Socket from "@effect/platform/Socket"
import { Broker } from "@roundlot/core"
import type { ClientOrderId } from "@roundlot/core/adapter"
import { Effect, Mailbox, Option, Redacted, Stream, type Duration, type Scope } from "effect"
import type { Linked } from "./Accounts.ts"
import * as OrderId from "./OrderId.ts"
import { reading } from "./Reading.ts"
import { codeIn, decodeActivity, frameIn, type StreamerInfo, UserPreference } from "./StreamFrame.ts"
import type { Wire } from "./Wire.ts"

type OrderIds = Stream.Stream<ClientOrderId.BrokerOrderId, Broker.BrokerReadFailed>

const failed = (kind: Broker.BrokerReadFailed["kind"], detail: string) =>
  new Broker.BrokerReadFailed({ operation: "updates", kind, detail })

const OURS = /^(?:[a-z0-9-]+\.)*(?:schwab|schwabapi)\.com$/

/** The token goes to Schwab's own hosts, and from a simulator to this machine, and nowhere else. */
const addressOf = ({ streamerSocketUrl: url }: StreamerInfo, { origin }: Wire["place"]) => {
  const refused = Effect.fail(failed("unreadable", "the stream's address is not Schwab's"))
  if (!URL.canParse(url)) return refused
  const { hostname, protocol } = new URL(url)
  const isSchwabs = protocol === "wss:" && OURS.test(hostname)
  const isHere = hostname === new URL(origin).hostname && protocol === (origin.startsWith("https:") ? "wss:" : "ws:")
  return isSchwabs || isHere ? Effect.succeed(url) : refused
}

const utf8 = new TextDecoder()
const OPENS_WITHIN = "10 seconds"
const ANSWERS_WITHIN = "10 seconds"

interface Connection {
  readonly send: (request: object) => Effect.Effect<void, Broker.BrokerReadFailed>
  readonly frames: Mailbox.Mailbox<string, Broker.BrokerReadFailed>
}

const connect = (url: string, open: Wire["socket"]): Effect.Effect<Connection, Broker.BrokerReadFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const socket = yield* Socket.makeWebSocket(url, { openTimeout: OPENS_WITHIN, closeCodeIsError: () => true })
    const write = yield* socket.writer
    const frames = yield* Mailbox.make<string, Broker.BrokerReadFailed>()
    const listening = socket.runRaw((frame) => {
      frames.unsafeOffer(typeof frame === "string" ? frame : utf8.decode(frame))
    })
    const ended = (detail: string) => frames.fail(failed("network", detail))
    yield* Effect.forkScoped(
      Effect.matchEffect(listening, {
        onFailure: ({ message }) => ended(`the stream broke (${message})`),
        onSuccess: () => ended("the stream ended")
      })
    )
    return {
      frames,
      send: (request: object) =>
        Effect.mapError(write(JSON.stringify(request)), ({ message }) =>
          failed("network", `the stream broke (${message})`)
        )
    }
  }).pipe(Effect.provideService(Socket.WebSocketConstructor, open))

const next = ({ frames }: Connection): Effect.Effect<string, Broker.BrokerReadFailed> =>
  Effect.catchTag(frames.take, "NoSuchElementException", () => Effect.fail(failed("network", "the stream ended")))

/** The code of the answer to a command; frames before it are passed over. */
const codeOf = (connection: Connection, command: string): Effect.Effect<number, Broker.BrokerReadFailed> => {
  const look: Effect.Effect<number, Broker.BrokerReadFailed> = Effect.flatMap(next(connection), (text) => {
    const code = codeIn(text, command)
    return code === undefined ? look : Effect.succeed(code)
  })
  return Effect.timeoutFail(look, {
    duration: ANSWERS_WITHIN,
    onTimeout: () => failed("network", `no answer to ${command} in time`)
  })
}

const LOGIN_DENIED = 3

/** Connects, shows the token and subscribes: when this has succeeded, whatever happens from now on is told. */
const subscribe = (wire: Wire): Effect.Effect<Connection, Broker.BrokerReadFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const read = yield* reading(wire, "user preference", "/trader/v1/userPreference", UserPreference)
    const [info] = "streamerInfo" in read ? read.streamerInfo : read[0].streamerInfo
    const connection = yield* connect(yield* addressOf(info, wire.place), wire.socket)
    const token = yield* Effect.mapError(wire.session.access, ({ message }) => failed("unauthorised", message))
    const request = (requestid: string, service: string, command: string, parameters: object) =>
      connection.send({
        requests: [
          {
            requestid,
            service,
            command,
            SchwabClientCustomerId: info.schwabClientCustomerId,
            SchwabClientCorrelId: info.schwabClientCorrelId,
            parameters
          }
        ]
      })
    yield* request("0", "ADMIN", "LOGIN", {
      Authorization: Redacted.value(token),
      SchwabClientChannel: info.schwabClientChannel,
      SchwabClientFunctionId: info.schwabClientFunctionId
    })
    const login = yield* codeOf(connection, "LOGIN")
    if (login === LOGIN_DENIED) yield* wire.session.refused(token)
    if (login !== 0) return yield* failed("unauthorised", `the stream refuses the login (${login})`)
    yield* request("1", "ACCT_ACTIVITY", "SUBS", { keys: info.schwabClientCorrelId, fields: "0,1,2,3" })
    const subscribed = yield* codeOf(connection, "SUBS")
    if (subscribed !== 0 && subscribed !== SUBSCRIBED)
      return yield* failed("unreadable", `the stream refuses the subscription (${subscribed})`)
    return connection
  })

const SUBSCRIBED = 26

const ORDER_ID = /"(?:SchwabOrderID|ParentSchwabOrderID|ChangedNewSchwabOrderId)"\s*:\s*"?(\d{1,19})"?/g

/**
 * The orders that a frame is about. What it says of them is not read: it is not documented, repeats, and comes out of order. A message
 * of another account, and one that is a notice for people, is about none.
 */
export const ordersIn = (text: string, accountNumber: string): ReadonlyArray<ClientOrderId.BrokerOrderId> => {
  const { data = [] } = Option.getOrElse(frameIn(text), () => ({ data: [] }))
  const contents = data.flatMap(({ content, service }) => (service === "ACCT_ACTIVITY" ? content : []))
  const messages = contents
    .flatMap((each) => Option.toArray(decodeActivity(each)))
    .flatMap(({ "1": account, "3": message }) =>
      message === undefined || (account !== undefined && account !== "" && String(account) !== accountNumber)
        ? []
        : [message]
    )
  const ids = messages.flatMap((message) => [...message.matchAll(ORDER_ID)].map(([, id = ""]) => OrderId.read(id)))
  return [...new Set(ids.flatMap((id) => id ?? []))]
}

/**
 * The orders that something happened to, as it happens. Fails when the connection breaks, or when for a while nothing came, no sign of
 * life either.
 */
export const orderIds = (
  wire: Wire,
  linked: Effect.Effect<Linked, Broker.BrokerReadFailed>,
  silentFor: Duration.DurationInput
): OrderIds =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const { accountNumber } = yield* linked
      const { frames } = yield* subscribe(wire)
      return Mailbox.toStream(frames).pipe(
        Stream.timeoutFail(() => failed("network", "the stream gave no sign of life"), silentFor),
        Stream.mapConcat((text) => ordersIn(text, accountNumber))
      )
    })
  )
