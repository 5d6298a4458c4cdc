import type { TradeRepository } from "@roundlot/core/adapter"
import { Data, Effect, type Layer, Redacted } from "effect"
import { createHash } from "node:crypto"
import { basename, dirname, extname, join, resolve } from "node:path"
import { SettingsError } from "@roundlot/commands/errors"

/** A store of one's own, and how it is called: the paper exchange, tokens and anchors of it stand in files of that name. */
export interface OwnStore {
  readonly name: string
  readonly layer: Layer.Layer<TradeRepository.TradeRepository, TradeRepository.StoreError>
}

/** Where the books are. */
export type StorePlace = Data.TaggedEnum<{
  /** In one file. */
  readonly Sqlite: { readonly file: string }
  /** In a Postgres database; the address may hold a password. */
  readonly Postgres: { readonly url: Redacted.Redacted }
  /** Wherever a store that the configuration brings keeps them. */
  readonly Own: OwnStore
}>

/** Constructors of `StorePlace`. */
export const StorePlace = Data.taggedEnum<StorePlace>()

/** Where the store is when nothing is said. */
export const DEFAULT_STORE = "sqlite:.roundlot/roundlot.db"

const SQLITE = "sqlite:"

const isUrl = (text: string): boolean => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text)

/** Reads a store's address; `place` is where it was said. */
export const parse = (store: string, place: string): Effect.Effect<StorePlace, SettingsError> => {
  if (store.startsWith(SQLITE) && store.length > SQLITE.length) {
    return Effect.succeed(StorePlace.Sqlite({ file: resolve(store.slice(SQLITE.length)) }))
  }
  if (isUrl(store)) return Effect.succeed(StorePlace.Postgres({ url: Redacted.make(store) }))
  // What was meant for Postgres, or holds a user, may hold a password: it is not repeated.
  const isHidden = /^postgres(ql)?:/i.test(store) || (store.includes("@") && store.includes(":"))
  const problem = isHidden ? "the address cannot be read" : `'${store}' is not a store address`
  const meant = store === "" || store === SQLITE ? DEFAULT_STORE : `${SQLITE}${store}`
  const remedy = isHidden
    ? `Write postgres://USER@HOST:PORT/DATABASE, or ${SQLITE}PATH`
    : `Write postgres://HOST/DATABASE, or ${SQLITE}PATH, such as ${meant}`
  return Effect.fail(new SettingsError({ place, problem, remedy }))
}

/** The store's address as people are shown it: without user and password. */
export const shown = (store: StorePlace): string =>
  StorePlace.$match(store, {
    Sqlite: ({ file }) => file,
    Own: ({ name }) => name,
    Postgres: ({ url }) => {
      const { host, pathname } = new URL(Redacted.value(url))
      return `postgres://${host}${pathname}`
    }
  })

/** The address by which another process of this program reaches a store, with its password; nothing of one that only the configuration knows. */
export const reachedAt = (store: StorePlace): string | undefined =>
  StorePlace.$match(store, {
    Sqlite: ({ file }) => `${SQLITE}${file}`,
    Own: () => undefined,
    Postgres: ({ url }) => Redacted.value(url)
  })

/** A place of the same server and user as one that is known, with its password: no copy keeps that of its source. */
export const withPasswordOf = (known: StorePlace, wanted: StorePlace): StorePlace => {
  if (known._tag !== "Postgres" || wanted._tag !== "Postgres") return wanted
  const [own, url] = [new URL(Redacted.value(known.url)), new URL(Redacted.value(wanted.url))]
  if (own.host !== url.host || own.username !== url.username) return wanted
  url.password = own.password
  return StorePlace.Postgres({ url: Redacted.make(url.href) })
}

/** What belongs to a file stands beside it: `books.db` has `books.paper.db` and `books.anchors.jsonl`. */
const besideOf = (file: string, name: string, extension: string): string =>
  join(dirname(file), `${basename(file, extname(file))}.${name}${extension}`)

const NAME_LENGTH = 16

/** Where the paper exchange of a store is: beside its file, or in a folder for state under a name made of its address. */
export const paperFileOf = (store: StorePlace, stateFolder: string): string =>
  StorePlace.$match(store, {
    Own: ({ name }) => join(stateFolder, "roundlot", `${name}.paper.db`),
    Sqlite: ({ file }) => besideOf(file, "paper", extname(file) || ".db"),
    Postgres: ({ url }) => {
      const { host, pathname } = new URL(Redacted.value(url))
      const name = createHash("sha256").update(`${host}${pathname}`).digest("hex").slice(0, NAME_LENGTH)
      return join(stateFolder, "roundlot", `${name}.paper.db`)
    }
  })

/** What else belongs to a store, beside its file, or beside that of its paper exchange. */
export const filesOf = (
  store: StorePlace,
  paperFile: string
): Readonly<Record<"anchorFile" | "checkpointFolder" | "daemonFile" | "tokenFile", string>> => {
  const own = store._tag === "Sqlite" ? store.file : paperFile
  return {
    anchorFile: besideOf(own, "anchors", ".jsonl"),
    checkpointFolder: besideOf(own, "checkpoints", ""),
    daemonFile: besideOf(own, "daemon", ".json"),
    tokenFile: besideOf(own, "operator", ".token")
  }
}
