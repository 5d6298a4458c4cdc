import { fork } from "node:child_process"
import { once } from "node:events"

/** A process of its own that does one thing each time that it is told. */
export interface Player {
  /** What came of it, as the process said. */
  readonly tell: () => Promise<unknown>
  readonly end: () => void
}

/** Starts a program in a process of its own, with the flags of this one; it is here once it is ready to be told. */
export const player = async (program: string, args: ReadonlyArray<string>): Promise<Player> => {
  const child = fork(program, [...args])
  const said = async (): Promise<unknown> => {
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`${program} ended with ${String(code)}`)
    })
    const [message]: ReadonlyArray<unknown> = await Promise.race([once(child, "message"), ended])
    return message
  }
  await said()
  return {
    tell: () => {
      child.send("now")
      return said()
    },
    end: () => {
      if (child.connected) child.disconnect()
    }
  }
}

/** The other side: says that it is ready and acts each time that it is told, until whoever tells it is gone. */
export const whenTold = (act: () => Promise<object>): Promise<void> =>
  new Promise((resolve, reject) => {
    process.on("message", () => void act().then((came) => process.send?.(came), reject))
    process.once("disconnect", resolve)
    process.send?.("ready")
  })
