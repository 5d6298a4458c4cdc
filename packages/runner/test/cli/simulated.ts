import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { child } from "./roundlot.ts"

/** The broker whose simulator is started, and the variable that holds its secret. */
const secrets = { alpaca: "APCA_API_SECRET_KEY", schwab: "SCHWAB_APP_SECRET", ibkr: undefined } as const

/** A broker that has a simulator. */
export type Simulated = keyof typeof secrets

/** What a client of a simulator has. */
interface Client {
  readonly envFile: string
  readonly secret: string | undefined
}

/** Where a broker's secret stands and should not: in what was printed, or in a file beside the one that gives it to clients. */
export const leaksOf = (
  { envFile, secret }: Client,
  folder: string,
  printed: ReadonlyArray<string>
): ReadonlyArray<string> => {
  if (secret === undefined) return []
  const files = readdirSync(folder).map((name) => join(folder, name))
  const isTold = (text: string): boolean => text.includes(secret)
  const kept = files.filter((file) => file !== envFile && isTold(readFileSync(file, "latin1")))
  return [...kept, ...printed.filter(isTold)]
}

/** A simulator of a broker as a process of its own, and the file that points clients at it. */
export const simulatedAt = async (broker: Simulated, folder: string, ...words: ReadonlyArray<string>) => {
  const envFile = join(folder, `${broker}.env`)
  const limit = broker === "ibkr" ? [] : ["--requests-a-minute", "100000"]
  const running = child(["simulate", broker, "--env-file", envFile, ...limit, ...words])
  await running.says(/is simulated at/)
  const secret = secrets[broker]
  const value = (name: string): string =>
    new RegExp(`^${name}=(.*)$`, "m").exec(readFileSync(envFile, "utf8"))?.[1] ?? ""
  return {
    envFile,
    /** The broker's secret, where its protocol has one. */
    secret: secret === undefined ? undefined : value(secret),
    value,
    /** Ends it, whoever still waits for an answer that it holds back, and says what it printed. */
    end: async (): Promise<string> => {
      running.signal("SIGTERM")
      const { err, out } = await running.ended
      return out + err
    }
  }
}
