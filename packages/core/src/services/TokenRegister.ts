import { Context, Effect, Layer, Schema } from "effect"
import type { Token } from "../records/Token.ts"
import type { Session } from "../records/Session.ts"
import { STORE } from "../records/AccountName.ts"
import * as audit from "../ledger/audit.ts"
import { emptyHead } from "../events/Entry.ts"
import { lifted } from "../ports/AccountScope.ts"
import { TradeRepository, type StoreError } from "../ports/TradeRepository.ts"
import { compareStored } from "./Audit.ts"

/** The tokens in the table are not those that the store's journal gives: every call is refused until they are. */
export class TokensDisagree extends Schema.TaggedError<TokensDisagree>()("TokensDisagree", {
  findings: Schema.NonEmptyArray(Schema.Struct({ where: Schema.String, what: Schema.String }))
}) {
  override get message() {
    const [{ what, where }, ...others] = this.findings
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`
    return `the API tokens do not agree with the journal: ${where}: ${what}${more}. No call is answered. Audit the store on its host to see all, then restore the rows or the store`
  }
}

const PAGE = 1000

/** Folds what the store's journal has beyond the fold; what another fiber has folded meanwhile is passed over. */
const foldOn = Effect.fnUntraced(function* (fold: audit.Fold) {
  const repository = yield* TradeRepository
  const reached = () => (fold.heads.get(STORE) ?? emptyHead).seq
  for (;;) {
    const query = { account: STORE, afterSeq: reached(), entity: undefined, limit: PAGE }
    const entries = yield* repository.entries(query)
    for (const entry of entries) if (entry.seq > reached() && !audit.fold(fold, STORE, entry)) return
    if (entries.length < PAGE) return
  }
})

/** In what the tables, or the journal itself, differ from the tokens and sessions of a fold. */
const findingsOf = (fold: audit.Fold) =>
  Effect.map(
    Effect.suspend(() => {
      const own = { ...fold, findings: [...fold.findings], suspects: [] }
      return Effect.as(Effect.zipRight(compareStored(own, "tokens"), compareStored(own, "sessions")), own)
    }),
    ({ findings }) => findings
  )

/** The whole of the store's journal, in one state of the store: its end is where its head says. */
const proven: Effect.Effect<audit.Fold, TokensDisagree | StoreError, TradeRepository> = Effect.gen(function* () {
  const repository = yield* TradeRepository
  const fold = audit.begin()
  yield* foldOn(fold)
  const head = (yield* repository.heads).get(STORE) ?? emptyHead
  const { seq } = fold.heads.get(STORE) ?? emptyHead
  const cut = { where: `journal of ${STORE}`, what: `the head says entry ${head.seq}, the journal ends at ${seq}` }
  const [first, ...others] = [...(yield* findingsOf(fold)), ...(head.seq === seq ? [] : [cut])]
  if (first === undefined) return fold
  return yield* new TokensDisagree({ findings: [first, ...others] })
})

const inSnapshot = Effect.flatMap(TradeRepository, (repository) => repository.snapshot(proven))

/** All tokens that were ever made, as the journal and the table agree. Reads the whole journal of the store. */
export const agreed: Effect.Effect<ReadonlyArray<Token>, TokensDisagree | StoreError, TradeRepository> = Effect.map(
  inSnapshot,
  ({ books }) => books.tokens.all()
)

/** The tokens of a store at a moment, on which journal and table agree. */
export interface Known {
  /** The token of a secret's hash, a void one too; that of the secret before ends no later than that does. */
  readonly find: (hash: string) => Token | undefined
  /** The token of a name, a void one too. */
  readonly named: (name: string) => Token | undefined
  /** The session of a secret's hash, one that has ended too. */
  readonly session: (hash: string) => Session | undefined
}

/** The tokens of a store, for those who ask with every call. */
export interface TokenRegisterService {
  readonly known: Effect.Effect<Known, TokensDisagree | StoreError>
}

/** The tokens of a store, for those who ask with every call. */
export class TokenRegister extends Context.Tag("@roundlot/core/TokenRegister")<TokenRegister, TokenRegisterService>() {}

/**
 * Makes a register that decides by the journal and never by a row alone: it keeps the fold, reads on from there with each call, and
 * compares the table with it. Where they differ the whole journal is read again, in one state of the store, before a call is refused.
 */
export const make: Effect.Effect<TokenRegisterService, never, TradeRepository> = Effect.map(
  TradeRepository,
  (repository) => {
    let kept: audit.Fold | undefined
    const current = Effect.gen(function* () {
      if (kept !== undefined) {
        yield* foldOn(kept)
        if ((yield* findingsOf(kept)).length === 0) return kept
      }
      kept = undefined
      return (kept = yield* inSnapshot)
    }).pipe(Effect.provideService(TradeRepository, repository), lifted)
    return {
      known: Effect.map(current, ({ books: { sessions, tokens } }) => ({
        find: (hash) => tokens.find("hash", [hash])[0] ?? asBefore(tokens.all(), hash),
        named: tokens.get,
        session: (hash) => sessions.find("hash", [hash])[0]
      }))
    }
  }
)

/** The token whose secret before this is the hash of, as long as that is good. */
const asBefore = (tokens: ReadonlyArray<Token>, hash: string): Token | undefined => {
  const token = tokens.find(({ previousHash }) => previousHash === hash)
  if (token?.previousUntil === undefined) return undefined
  const { expiresAt, previousUntil } = token
  return { ...token, expiresAt: expiresAt !== undefined && expiresAt < previousUntil ? expiresAt : previousUntil }
}

/** The register of the program's store. */
export const layer: Layer.Layer<TokenRegister, never, TradeRepository> = Layer.effect(TokenRegister, make)
