import * as FileSystem from "@effect/platform/FileSystem"
import { Context, Effect, Option } from "effect"
import { basename, dirname, extname, join, resolve } from "node:path"
import * as Configuration from "./Configuration.ts"
import * as EnvFile from "./EnvFile.ts"
import { SettingsError } from "./SettingsError.ts"

/** What is said by flags of every verb that needs a store; each wins over its variable, and that over the file. */
export interface Flags {
  readonly store: Option.Option<string>
  readonly config: Option.Option<string>
  readonly envFile: Option.Option<string>
  readonly paper: Option.Option<string>
}

/** Where things are, after flags, variables and files. */
export interface Settings {
  readonly configuration: Configuration.Configuration
  readonly variable: (name: string) => string | undefined
  /** The path of the SQLite store. */
  readonly storeFile: string
  /** The path of the paper exchange. */
  readonly paperFile: string
}

/** Where the store is when nothing is said. */
export const DEFAULT_STORE = "sqlite:.roundlot/roundlot.db"
/** The configuration that is read when none is named and it is there. */
export const DEFAULT_CONFIG = "roundlot.json"

/** The environment of the process. */
export class Environment extends Context.Tag("roundlot/Environment")<Environment, EnvFile.Variables>() {}

const SQLITE = "sqlite:"

/** The file of a store's address. */
const fileOf = (store: string, place: string): Effect.Effect<string, SettingsError> => {
  if (store.startsWith(SQLITE) && store.length > SQLITE.length) return Effect.succeed(store.slice(SQLITE.length))
  const isPostgres = /^postgres(ql)?:/.test(store)
  const problem = isPostgres ? "Postgres is not supported in this version" : `'${store}' is no store`
  const meant = isPostgres || store === "" || store === SQLITE ? DEFAULT_STORE : `${SQLITE}${store}`
  return Effect.fail(new SettingsError({ place, problem, remedy: `Write ${SQLITE}PATH, such as ${meant}` }))
}

const readText = (file: string, place: string): Effect.Effect<string, SettingsError, FileSystem.FileSystem> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.mapError((error) => {
      const isMissing = error._tag === "SystemError" && error.reason === "NotFound"
      const problem = isMissing ? `${file} does not exist` : `${file} cannot be read (${error.message})`
      return new SettingsError({ place, problem, remedy: "Check the path and its permissions" })
    })
  )

const readConfiguration = (named: Option.Option<string>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const isThere = yield* Effect.orElseSucceed(fs.exists(DEFAULT_CONFIG), () => false)
    const file = Option.getOrElse(named, () => (isThere ? DEFAULT_CONFIG : undefined))
    return file === undefined
      ? Configuration.empty
      : yield* Configuration.parse(yield* readText(file, "--config"), file)
  })

const readVariables = (named: Option.Option<string>) =>
  Effect.gen(function* () {
    const inherited = yield* Environment
    if (Option.isNone(named)) return inherited
    const text = yield* readText(named.value, "--env-file")
    return { ...inherited, ...(yield* EnvFile.parse(text, named.value)) }
  })

/** The exchange of a store stands beside it: `books.db` has `books.paper.db`. */
const besideOf = (storeFile: string): string => {
  const extension = extname(storeFile)
  return join(dirname(storeFile), `${basename(storeFile, extension)}.paper${extension === "" ? ".db" : extension}`)
}

/** Settles what flags, variables and files say. */
export const settle = (flags: Flags): Effect.Effect<Settings, SettingsError, FileSystem.FileSystem | Environment> =>
  Effect.gen(function* () {
    const variables = yield* readVariables(flags.envFile)
    const configuration = yield* readConfiguration(flags.config)
    const variable = (name: string) => (variables[name] === "" ? undefined : variables[name])
    const said: readonly [store: string, place: string] = Option.match(flags.store, {
      onSome: (store) => [store, "--store"],
      onNone: () => {
        const fromVariable = variable("ROUNDLOT_STORE")
        if (fromVariable !== undefined) return [fromVariable, "ROUNDLOT_STORE"]
        return [configuration.store ?? DEFAULT_STORE, "store"]
      }
    })
    const storeFile = resolve(yield* fileOf(...said))
    const paperFile = Option.match(flags.paper, { onSome: (file) => resolve(file), onNone: () => besideOf(storeFile) })
    return { configuration, variable, storeFile, paperFile }
  })
