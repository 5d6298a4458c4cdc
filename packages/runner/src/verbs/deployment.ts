import * as FileSystem from "@effect/platform/FileSystem"
import { type Account } from "@roundlot/core"
import { TokenRegister } from "@roundlot/core/ledger"
import { Effect, Either, Layer, Option } from "effect"
import { dirname, join } from "node:path"
import process from "node:process"
import { dashboard } from "@roundlot/http"
import { alerting, backups, channels, secrets } from "@roundlot/daemon"
import { Environment, Finding, Output, Tree, type Verb } from "@roundlot/cli"
import { StorePlace, senders } from "@roundlot/daemon/configuration"
import { isStoreThere, layerStore } from "../App.ts"
import { DEFAULT_CONFIGS } from "../settings/configFile.ts"
import { providersOf } from "../start/sources/evm.ts"
import { roundlot } from "../cli/roundlot.ts"
import { type Flags, type Settings } from "../settings/Settings.ts"
import { proven } from "../store/moving.ts"
import { imageInto, migrate } from "../store/versions.ts"

const { failed, ill, well } = Finding

const OLDEST_NODE = [20, 19] as const

const node = (): Finding.Finding => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const isEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  return isEnough
    ? well("node", process.version)
    : ill("node", process.version, `Install Node ${OLDEST_NODE.join(".")} or newer`)
}

const pages = (): Finding.Finding =>
  dashboard.builtFiles() === undefined
    ? ill(
        "dashboard",
        "the dashboard is not built",
        "Build it with 'node scripts/dashboard.mjs'; everything else works without it"
      )
    : well("dashboard", "the dashboard is built")

/** The limits that an account with real money must have, by the names of the configuration. */
const limitsOf = ({
  maxDailyNotional,
  maxOpenResidual,
  maxOrderNotional,
  maxOrderQuantity
}: Account.AccountSettings): ReadonlyArray<string> =>
  Object.entries({
    orderQuantity: maxOrderQuantity,
    orderNotional: maxOrderNotional,
    openResidual: maxOpenResidual,
    dailyNotional: maxDailyNotional
  }).flatMap(([name, value]) => (value === undefined ? [name] : []))

const configured = ({ config }: Flags, settings: Settings) =>
  Effect.gen(function* () {
    const { configuration, variable } = settings
    const fs = yield* FileSystem.FileSystem
    const [first] = DEFAULT_CONFIGS
    const there = yield* Effect.filter(
      Option.match(config, { onNone: () => DEFAULT_CONFIGS, onSome: (file) => [file] }),
      (file) => Effect.orElseSucceed(fs.exists(file), () => false)
    )
    const lacking = [...configuration.accounts].flatMap(([name, settings]) => {
      const names = limitsOf(settings)
      return names.length === 0 ? [] : [`${name} has no ${names.join(", ")}`]
    })
    return [
      there.length > 0
        ? well("config", `${there.join(" and ")} can be read; it has ${configuration.accounts.size} accounts`)
        : ill(
            "config",
            `there is no ${Option.getOrElse(config, () => first)}`,
            "Write one with 'roundlot init', or name another with --config"
          ),
      lacking.length === 0
        ? well("limits", "all accounts of the configuration have all four limits")
        : ill("limits", lacking.join("; "), "Add them under accounts.NAME.limits: orders beyond them are not sent"),
      alerting.hasChannel(settings)
        ? well("alerts", "alerts are sent; test them with 'roundlot alerts test'")
        : ill("alerts", "no alerts are sent for open cases", 'Add "alerts": { "channels": … } to the configuration'),
      ...configuration.channels.map(({ name }) =>
        variable(channels.channelSecretOf(name)) === undefined
          ? ill(
              "alerts",
              `${channels.channelSecretOf(name)} is not set`,
              `Set it: channel ${name} sends nothing without its secret`
            )
          : well("alerts", `the channel ${name} has its secret`)
      ),
      ...[...configuration.webhooks.keys()].map((name) =>
        variable(secrets.secretOf(name)) === undefined
          ? ill("webhooks", `${secrets.secretOf(name)} is not set`, `Set it: deliveries to ${name} are signed with it`)
          : well("webhooks", `${name} is signed`)
      ),
      ...senders.sendersOf(configuration).map(({ name }) =>
        Either.match(senders.secretsOf(name, settings), {
          onLeft: (fault) =>
            ill("sources", fault, `Set ${senders.secretNameOf(name)} to the signing secret of ${name}`),
          onRight: () => well("sources", `${name} must sign its deliveries`)
        })
      ),
      ...[...configuration.sources].flatMap(([name, { evm }]) =>
        evm === undefined
          ? []
          : Either.match(providersOf(evm, settings), {
              onLeft: (fault) => [ill("sources", fault, `Set it to the address that ${name} is read from`)],
              onRight: (providers) => [well("sources", `${name} is read from ${providers.length} providers`)]
            })
      )
    ]
  })

const OTHERS = 0o077

const envFile = ({ envFile: named }: Flags) =>
  Option.match(named, {
    onNone: () => Effect.succeed([well("env-file", "none is given")]),
    onSome: (file) =>
      Effect.gen(function* () {
        const { mode } = yield* (yield* FileSystem.FileSystem).stat(file)
        return (mode & OTHERS) === 0
          ? [well("env-file", `${file} is private to its owner`)]
          : [ill("env-file", `${file} can be read or written by other users`, `chmod 600 ${file}`)]
      }).pipe(Effect.catchAll(failed("env-file")))
  })

const YOUNG_MS = 2 * 86_400_000

/** The folder is written to, and the file is gone again. */
const folder = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    yield* Effect.scoped(fs.makeTempFileScoped({ directory: path, prefix: ".roundlot-doctor-" }))
    return [well("folder", `${path} can be written`)]
  }).pipe(
    Effect.catchAll(() =>
      Effect.succeed([ill("folder", `${path} cannot be written`, "Create it, owned by the user of the daemon")])
    )
  )

const backedUp = (path: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const names = yield* Effect.orElseSucceed(fs.readDirectory(path), (): ReadonlyArray<string> => [])
    const files = names.filter((name) => name.startsWith("roundlot-") && name.endsWith(".db"))
    const stats = yield* Effect.forEach(files, (name) => fs.stat(join(path, name)))
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    const ages = stats.map(({ mtime }) => now - Option.match(mtime, { onNone: () => 0, onSome: (at) => at.getTime() }))
    return ages.some((age) => age < YOUNG_MS)
      ? [well("backup", `${path} has a backup of the last two days`)]
      : [ill("backup", `${path} has no backup of the last two days`, `Make one with 'roundlot store backup ${path}/'`)]
  }).pipe(Effect.catchAll(failed("backup")))

const proofs = (settings: Settings) =>
  Effect.gen(function* () {
    const { entries } = yield* proven(settings.store)
    const tokens = yield* Effect.provide(TokenRegister.agreed, layerStore(settings))
    return [
      well("audit", `the books agree with the journal: ${entries} entries`),
      tokens.length > 0
        ? well("tokens", "every caller has a token with a name")
        : ill("tokens", "no API token yet", "The first 'roundlot start --port' creates one")
    ]
  }).pipe(Effect.catchAll(failed("audit")))

/** A copy of the store that is thrown away takes the migrations of this version, and is audited. */
const migration = (settings: Settings, scratch: string) =>
  Effect.gen(function* () {
    const copy = StorePlace.StorePlace.Sqlite({ file: join(scratch, "copy.db") })
    yield* imageInto(copy.file, settings.store)
    const { steps } = yield* migrate(copy, join(scratch, "backup.db"))
    yield* proven(copy)
    const taken = steps.length === 0 ? "is of this version" : `migrated by ${steps.map(({ name }) => name).join(", ")}`
    return [well("migration", `a copy of the store ${taken}, and its audit is clean`)]
  }).pipe(Effect.catchAll(failed("migration")))

const ROWS = "source_id,symbol,side,quantity,price\nsmoke-1,AAPL,buy,2,200\nsmoke-2,MSFT,sell,1,400\n"

/** Does a verb with nothing around it: neither this folder's configuration nor this process's variables are read. */
const alone = (verb: Verb.Doing) =>
  Effect.gen(function* () {
    yield* verb
    return yield* (yield* Output.Output).exitCode(false)
  }).pipe(
    Effect.provide(
      Layer.merge(
        Output.layer({ isJson: true }, { out: () => undefined, err: () => undefined }),
        Layer.succeed(Environment.Environment, {})
      )
    )
  )

/** What a verb of this command line does with some arguments. */
const doing = (words: ReadonlyArray<string>, args: ReadonlyArray<string>): Verb.Doing =>
  Effect.gen(function* () {
    const { tree } = yield* Tree.find(roundlot, words)
    if (tree._tag === "Leaf") yield* (yield* Effect.promise(tree.load)).run(args)
  })

const LONGEST_STEP = "1 minute"

/** A batch on a store of its own, at the paper broker, worked off to its end and audited: nothing of it leaves the folder. */
const smoke = (scratch: string) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const [file, config] = [join(scratch, "smoke.csv"), join(scratch, "nothing.json")]
    yield* fs.writeFileString(file, ROWS)
    yield* fs.writeFileString(config, "{}")
    const place = ["--store", `sqlite:${join(scratch, "smoke.db")}`, "--config", config]
    const steps = [
      [
        "submitting",
        doing(["batches", "submit"], [...place, "--name=smoke", "--mode=execute", "--account=paper", file])
      ],
      ["executing", doing(["start"], [...place, "--until-idle", "--log-level=error"])],
      ["watching", doing(["batches", "watch"], [...place, "G1"])],
      ["auditing", doing(["audit"], place)]
    ] as const
    for (const [name, verb] of steps) {
      // Rows that wait for something nobody here will say are no end.
      const code = yield* Effect.timeoutTo(alone(verb), {
        duration: LONGEST_STEP,
        onTimeout: () => Output.exitCodes.look,
        onSuccess: (ended) => ended
      })
      if (code !== 0)
        return [ill("smoke", `${name} a batch of two rows ended with ${code}`, "Run it by hand to see the error")]
    }
    return [well("smoke", "a batch of two rows was executed on paper, and its audit is clean")]
  }).pipe(Effect.catchAll(failed("smoke")))

/** What has to hold of a deployment beside what `doctor` looks at; nothing of it reaches the store or a broker. */
export const deployment = (
  asked: Flags,
  settings: Settings,
  backupFolder: Option.Option<string>
): Effect.Effect<
  ReadonlyArray<Finding.Finding>,
  never,
  Exclude<Verb.Surroundings, Environment.Environment | Output.Output>
> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const scratch = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "roundlot-deployment-" }))
    const isThere = yield* Effect.orElseSucceed(isStoreThere(settings.store), () => false)
    const kept = Option.getOrElse(backupFolder, () => backups.folderOf(settings))
    const parts = yield* Effect.all([
      Effect.succeed([node(), pages()]),
      configured(asked, settings),
      envFile(asked),
      settings.store._tag === "Sqlite" ? folder(dirname(settings.store.file)) : Effect.succeed([]),
      backedUp(kept),
      isThere ? proofs(settings) : Effect.succeed([]),
      isThere ? migration(settings, scratch) : Effect.succeed([]),
      smoke(scratch)
    ])
    return parts.flat()
  }).pipe(Effect.scoped)
