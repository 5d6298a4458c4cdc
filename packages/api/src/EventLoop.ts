import { Context, type Effect } from "effect"
import type { Listening } from "./Listening.ts"

/** How late the program's thread gets to its work, in milliseconds. */
export interface EventLoop {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** What the process has taken of its machine, as the system counts it. */
export interface ProcessUsage {
  readonly residentBytes: number
  /** Files, sockets and pipes that are open; absent where the system does not say. */
  readonly openDescriptors?: number | undefined
  /** Processor time, its own and the system's for it. */
  readonly cpuSeconds: number
  readonly startedAtSeconds: number
}

/** The process that serves: its version, who may call, how long it is up, how late its thread is, what it takes. The runner knows; tests say. */
export interface ProcessService {
  readonly version: string
  /** Is a call without a token the operator's (`--open`)? Else it is refused. */
  readonly isOpen: boolean
  /** How it is reached; on its own machine alone where nothing is said. */
  readonly listening?: Listening | undefined
  readonly uptimeSeconds: Effect.Effect<number>
  readonly eventLoop: Effect.Effect<EventLoop>
  readonly usage: Effect.Effect<ProcessUsage>
}

/** The process that serves. */
export class Process extends Context.Tag("@roundlot/api/Process")<Process, ProcessService>() {}
