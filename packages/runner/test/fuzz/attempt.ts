import process from "node:process"
import type { Target } from "./targets.ts"

/** Processor time in which the longest input is read, on any machine: one that takes its square or more takes minutes. */
const MOST_MS = 5_000

/** What a target does to an input; throws where it is a defect, or takes too long. */
export const attempt = (target: Target, input: Buffer): void => {
  const before = process.cpuUsage()
  target(input)
  const { system, user } = process.cpuUsage(before)
  const ms = (system + user) / 1000
  if (ms > MOST_MS) throw new Error(`${input.length} bytes took ${ms} ms of the processor`)
}
