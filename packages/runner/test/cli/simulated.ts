import { readFileSync } from "node:fs"
import { join } from "node:path"
import { child } from "./roundlot.ts"

/** A simulator of Alpaca as a process of its own, and the file that points clients at it. */
export const simulated = async (folder: string, ...words: ReadonlyArray<string>) => {
  const envFile = join(folder, "alpaca.env")
  const running = child(["simulate", "alpaca", "--env-file", envFile, "--requests-a-minute", "100000", ...words])
  await running.says(/is simulated at/)
  const value = (name: string): string =>
    new RegExp(`^${name}=(.*)$`, "m").exec(readFileSync(envFile, "utf8"))?.[1] ?? ""
  return {
    envFile,
    secret: value("APCA_API_SECRET_KEY"),
    /** Ends it, whoever still waits for an answer that it holds back, and says what it printed. */
    end: async (): Promise<string> => {
      running.signal("SIGTERM")
      const { err, out } = await running.ended
      return out + err
    }
  }
}
