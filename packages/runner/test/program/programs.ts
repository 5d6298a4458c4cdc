import type * as Performed from "../cli/performed.ts"

// What tests run out of one bundle; each is begun only by whoever asks for it.

type Main = () => Promise<void>

export const main: Main = async () => (await import("../../src/cli/main.ts")).main()
export const clocked: Main = async () => (await import("../kill/clocked.ts")).main()
export const intake: Main = async () => (await import("../kill/intake.ts")).main()
export const migrating: Main = async () => (await import("../store/migrating.ts")).main()
export const performed = (): Promise<typeof Performed> => import("../cli/performed.ts")
