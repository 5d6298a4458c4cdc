import { Context, type Effect } from "effect"
import type { Listening } from "./Listening.ts"

/** How late the program's thread gets to its work, in milliseconds. */
export interface EventLoop {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** The process that serves: its version, who may call, how long it is up, how late its thread is. The runner knows; tests say. */
export interface ProcessService {
  readonly version: string
  /** Is a call without a token the operator's (`--open`)? Else it is refused. */
  readonly isOpen: boolean
  /** How it is reached; on its own machine alone where nothing is said. */
  readonly listening?: Listening | undefined
  readonly uptimeSeconds: Effect.Effect<number>
  readonly eventLoop: Effect.Effect<EventLoop>
}

/** The process that serves. */
export class Process extends Context.Tag("@roundlot/api/Process")<Process, ProcessService>() {}
