import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Client } from "@roundlot/api"
import { Effect, Option, Schema } from "effect"
import * as flags from "../terminal/flags.ts"
import { Output } from "../terminal/Output.ts"
import * as Verb from "../terminal/Verb.ts"
import { settle } from "../Program.ts"

/** No link was made; the message says why, and what to do. */
class NoLink extends Schema.TaggedError<NoLink>()("NoLink", { problem: Schema.String, remedy: Schema.String }) {
  override get message() {
    return `no link was made: ${this.problem}. ${this.remedy}`
  }
}

const noDaemon = new NoLink({
  problem: "no daemon serves this store",
  remedy: "Start one with 'roundlot start --port 8080', or name its store with --store"
})

const noToken = (file: string) =>
  new NoLink({
    problem: `there is no operator token at ${file}`,
    remedy: "Sign in with a token of 'roundlot tokens create NAME --role operate'"
  })

/** `tokens link`. */
export const tokensLink = Verb.make({
  name: "tokens link",
  summary: "print a link that signs a browser in as the operator; single use, valid for 5 minutes",
  examples: [["roundlot tokens link", "from the daemon of this store on this host"]],
  flags: flags.place,
  run: (where) =>
    Effect.gen(function* () {
      const { answer } = yield* Output
      const { operatorToken, served: serving } = yield* settle(where)
      const served = yield* serving
      if (Option.isNone(served)) return yield* noDaemon
      const { url: baseUrl } = served.value
      const token = yield* operatorToken.read
      if (Option.isNone(token)) return yield* noToken(operatorToken.file)
      const client = yield* Client.make({ baseUrl, token: token.value })
      const link = yield* Effect.mapError(client.session.makeLink({}), (error) =>
        "detail" in error
          ? new NoLink({ problem: error.detail, remedy: "See 'roundlot tokens list'" })
          : noAnswer(baseUrl)
      )
      yield* answer(link, `${link.url}\nIt signs a browser in once, until ${link.expiresAt}.`)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
})

const noAnswer = (url: string) =>
  new NoLink({ problem: `the daemon at ${url} does not answer`, remedy: "See 'roundlot doctor'" })
